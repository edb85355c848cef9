//! Threads that play and one that learns.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::episodes::{Turn, next_opening};
use super::progress::Running;
use super::{Progress, Scenarios, TrainError, Trainer};
use crate::actor::{Actor, Distributed};
use crate::env::Environment;
use crate::observer::{EndReport, Observer, forward};
use crate::observers::panic_message;

/// Steps that a thread may be ahead of the learner.
const AHEAD: usize = 16;
/// Updates between two copies of the network for the actors.
const RENEW: u64 = 8;

/// What all threads see.
struct Shared<E: Environment, M, O> {
    observer: Mutex<O>,
    desk: Mutex<Desk<E>>,
    mind: Mutex<Arc<M>>,
    /// Counts the minds.
    version: AtomicU64,
    /// Steps taken by all threads.
    steps: AtomicU64,
    /// Observation length and number of actions.
    lengths: (usize, usize),
}

/// Hands out episodes.
struct Desk<E: Environment> {
    scenarios: Scenarios<E>,
    /// As of the last episode that ended.
    progress: Progress,
}

/// What an actor tells the learner.
enum Told<M> {
    Step {
        env_index: usize,
        memory: M,
        /// Reward, length and measures of the episode, if the step ended it.
        ended: Option<(f64, u64, Vec<f64>)>,
    },
    Failed(TrainError),
}

/// An observer that several threads report to, one at a time.
struct Locked<'a, O>(&'a Mutex<O>);

impl<E: Environment, O: Observer<E>> Observer<E> for Locked<'_, O> {
    forward!(self: [std::iter::once(&mut *lock(self.0))]);
}

/// A panic elsewhere while it was locked ends training anyway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<E: Environment + Clone + Send, A: Distributed<E>> Trainer<E, A> {
    /// Like [`run`](Self::run), with `threads` threads that play, each in its share of the environments and by a copy of
    /// the network that is a few updates old, while this one learns. There is an update for as many steps as ever, so
    /// actors wait for the learner if they are ahead of it.
    ///
    /// **Which thread is faster when decides what is learnt from**: the same seed no longer gives the same bytes. A
    /// checkpoint holds everything but the episodes that are being played; whoever goes on from it begins new ones.
    /// Observers are told of decisions, steps and episodes by the thread that acts, of everything else by the one that
    /// learns, and by one at a time.
    ///
    /// # Errors
    /// As in [`run`](Self::run), and if a thread panics. All threads have ended when this returns.
    ///
    /// # Panics
    /// If `threads` is 0.
    pub fn run_with_actors<O: Observer<E> + Send>(
        &mut self,
        observer: O,
        threads: usize,
    ) -> Result<EndReport, TrainError> {
        assert!(threads > 0, "at least one thread has to act");
        // The running episodes go with their environments; those that stay behind are as good for new ones.
        let environments = self.environments.clone();
        self.progress.running.clear();
        self.agent.begin_anew(self.progress.step);
        let scenarios = std::mem::replace(
            &mut self.scenarios,
            Box::new(|_| unreachable!("the desk has the scenarios")),
        );
        let shared = Shared {
            observer: Mutex::new(observer),
            desk: Mutex::new(Desk {
                scenarios,
                progress: self.progress.clone(),
            }),
            mind: Mutex::new(Arc::new(self.agent.mind())),
            version: AtomicU64::new(0),
            steps: AtomicU64::new(self.progress.step),
            lengths: self.lengths,
        };
        self.report_start(&mut Locked(&shared.observer));

        let mut shares: Vec<Vec<(usize, E)>> = Vec::new();
        shares.resize_with(threads.min(environments.len()), Vec::new);
        for (env_index, env) in environments.into_iter().enumerate() {
            let thread = env_index % shares.len();
            shares[thread].push((env_index, env));
        }
        let result = std::thread::scope(|scope| {
            let (teller, told) = sync_channel(AHEAD * shares.len());
            for (thread, share) in shares.into_iter().enumerate() {
                let (actor, shared, teller) = (self.agent.actor(thread), &shared, teller.clone());
                scope.spawn(move || {
                    guarded(thread, &teller, || play(share, actor, shared, &teller))
                });
            }
            drop(teller);
            let (mut renewed, mut commands) = (self.agent.updates(), self.progress.log.len());
            self.turns(&mut Locked(&shared.observer), false, |trainer, _| {
                trainer.absorb(&told, &shared.desk)?;
                let updates = trainer.agent.updates();
                // A command may have changed what actors decide by.
                let logged = trainer.progress.log.len();
                if updates >= renewed + RENEW || logged > commands {
                    (renewed, commands) = (updates, logged);
                    *lock(&shared.mind) = Arc::new(trainer.agent.mind());
                    shared.version.fetch_add(1, Ordering::Release);
                }
                Ok(())
            })
            // The receiver goes; whoever wants to tell something finds nobody and ends.
        });
        let Shared { observer, desk, .. } = shared;
        let desk = desk.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.scenarios = desk.scenarios;
        self.progress.started_episodes = desk.progress.started_episodes;
        let mut observer = observer
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        self.end(&mut observer, result)
    }

    /// Remembers the next step that an actor tells of.
    fn absorb(
        &mut self,
        told: &Receiver<Told<<A::Actor as Actor<E>>::Memory>>,
        desk: &Mutex<Desk<E>>,
    ) -> Result<(), TrainError> {
        let told = told.recv().expect("an actor tells why it ends");
        let (env_index, memory, ended) = match told {
            Told::Step {
                env_index,
                memory,
                ended,
            } => (env_index, memory, ended),
            Told::Failed(error) => return Err(error),
        };
        self.agent.absorb(env_index, memory);
        self.progress.step += 1;
        let mut desk = lock(desk);
        // Whoever goes on from a checkpoint of this step begins none of these again.
        self.progress.started_episodes = desk.progress.started_episodes;
        if let Some((reward, length, measures)) = ended {
            self.progress.window.push(reward, length, &measures);
            self.progress.episodes += 1;
            desk.progress.clone_from(&self.progress);
        }
        Ok(())
    }
}

/// Tells of the error or the panic that ends an actor, if one does.
fn guarded<M>(
    thread: usize,
    teller: &SyncSender<Told<M>>,
    play: impl FnOnce() -> Result<(), TrainError>,
) {
    let ended = catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        Err(TrainError::Actor {
            thread,
            message: panic_message(&*panic),
        })
    });
    if let Err(error) = ended {
        // Without a learner nobody needs to know.
        let _ = teller.send(Told::Failed(error));
    }
}

/// Plays until nobody listens any more.
fn play<E, C, O>(
    mut share: Vec<(usize, E)>,
    mut actor: C,
    shared: &Shared<E, C::Mind, O>,
    teller: &SyncSender<Told<C::Memory>>,
) -> Result<(), TrainError>
where
    E: Environment,
    C: Actor<E>,
    O: Observer<E>,
{
    let mut version = 0;
    let mut running = Vec::with_capacity(share.len());
    for (env_index, env) in &mut share {
        running.push(begin(*env_index, env, shared)?);
    }
    loop {
        for ((env_index, env), running) in share.iter_mut().zip(&mut running) {
            let latest = shared.version.load(Ordering::Acquire);
            if latest != version {
                version = latest;
                let mind = Arc::clone(&lock(&shared.mind));
                actor.renew(&mind);
            }
            let told = step(*env_index, env, running, &mut actor, shared)?;
            let over = matches!(told, Told::Step { ended: Some(_), .. });
            if teller.send(told).is_err() {
                return Ok(());
            }
            if over {
                *running = begin(*env_index, env, shared)?;
            }
        }
    }
}

fn begin<E: Environment, M, O: Observer<E>>(
    env_index: usize,
    env: &mut E,
    shared: &Shared<E, M, O>,
) -> Result<Running, TrainError> {
    let opening = {
        let Desk {
            scenarios,
            progress,
        } = &mut *lock(&shared.desk);
        next_opening::<E>(scenarios, progress)
    };
    let before = shared.steps.load(Ordering::Relaxed);
    let observer = &mut Locked(&shared.observer);
    Turn { env_index, before }.begin(env, opening, observer)
}

fn step<E, C, O>(
    env_index: usize,
    env: &mut E,
    running: &mut Running,
    actor: &mut C,
    shared: &Shared<E, C::Mind, O>,
) -> Result<Told<C::Memory>, TrainError>
where
    E: Environment,
    C: Actor<E>,
    O: Observer<E>,
{
    let before = shared.steps.fetch_add(1, Ordering::Relaxed);
    let (turn, observer) = (Turn { env_index, before }, &mut Locked(&shared.observer));
    turn.check(env, shared.lengths)?;
    let decision = turn.decided(actor.decide(env, before))?;
    let outcome = turn.carry_out(env, decision, actor.considered(), observer)?;
    turn.check(env, shared.lengths)?;
    let memory = actor.remember(env, &outcome);
    turn.stepped(env, decision.action, outcome, running, observer);
    let ended = outcome.done().then(|| {
        let mut measures = vec![0.0; env.measures().len()];
        turn.ended(env, outcome, running, &mut measures, observer);
        (running.reward, running.length, measures)
    });
    Ok(Told::Step {
        env_index,
        memory,
        ended,
    })
}
