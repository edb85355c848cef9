//! What the terminal dashboard knows and how it looks.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph, Sparkline};

use crate::observer::{StartReport, UpdateReport};

/// Points of a course that are kept.
const COURSE: usize = 256;

/// Where training stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    pub(super) measure: &'static str,
    pub(super) step: u64,
    pub(super) total_steps: Option<u64>,
    pub(super) episodes: u64,
    pub(super) seconds: f64,
    pub(super) steps_per_second: f64,
    pub(super) epsilon: f64,
    pub(super) mean: f64,
    pub(super) evaluation: Option<f64>,
    pub(super) paused: bool,
    pub(super) picture: String,
    update: Option<UpdateReport>,
    measures: VecDeque<f64>,
    losses: VecDeque<f64>,
}

impl Snapshot {
    pub(super) fn new(report: &StartReport<'_>) -> Self {
        Self {
            measure: report.measures.first().copied().unwrap_or("reward"),
            step: report.step,
            total_steps: report.total_steps,
            episodes: report.episodes,
            mean: f64::NAN,
            ..Self::default()
        }
    }

    pub(super) fn push_measure(&mut self, value: f64) {
        push(&mut self.measures, value);
    }

    pub(super) fn push_update(&mut self, report: &UpdateReport) {
        self.update = Some(*report);
        push(&mut self.losses, f64::from(report.loss));
    }
}

fn push(course: &mut VecDeque<f64>, value: f64) {
    if course.len() == COURSE {
        course.pop_front();
    }
    course.push_back(value);
}

/// Heights of bars for the last `width` values, the lowest of them at 0.
fn bars(course: &VecDeque<f64>, width: usize) -> Vec<u64> {
    let last = course.iter().skip(course.len().saturating_sub(width));
    let last: Vec<f64> = last.copied().filter(|value| value.is_finite()).collect();
    let low = last.iter().copied().fold(f64::INFINITY, f64::min);
    let high = last.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scale = 1_000.0 / (high - low).max(f64::MIN_POSITIVE);
    last.iter()
        .map(|value| ((value - low) * scale) as u64)
        .collect()
}

fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "-".to_owned(),
        value if value.abs() >= 1_000.0 => format!("{value:.0}"),
        value => format!("{value:.4}"),
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, snapshot: &Snapshot) {
    let [top, keys] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(frame.area());
    let wide = snapshot
        .picture
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let wide = wide.clamp(16, 60) as u16 + 2;
    let [left, right] =
        Layout::horizontal([Constraint::Length(wide), Constraint::Min(0)]).areas(top);
    let [figures, measures, losses] = Layout::vertical([
        Constraint::Length(9),
        Constraint::Fill(1),
        Constraint::Fill(1),
    ])
    .areas(right);

    let picture = Paragraph::new(snapshot.picture.as_str());
    let state = if snapshot.paused {
        " paused "
    } else {
        " training "
    };
    frame.render_widget(picture.block(Block::bordered().title(state)), left);

    let of_update = |value: fn(&UpdateReport) -> f32| {
        let value = snapshot
            .update
            .as_ref()
            .map(|update| f64::from(value(update)));
        number(value.unwrap_or(f64::NAN))
    };
    let total = snapshot.total_steps.map(|total| format!(" of {total}"));
    let lines = [
        format!("step        {}{}", snapshot.step, total.unwrap_or_default()),
        format!("episodes    {}", snapshot.episodes),
        format!("mean {:<7}{}", snapshot.measure, number(snapshot.mean)),
        format!(
            "greedy      {}",
            number(snapshot.evaluation.unwrap_or(f64::NAN))
        ),
        format!(
            "steps/s     {:.0} ({:.0} s)",
            snapshot.steps_per_second, snapshot.seconds
        ),
        format!("epsilon     {}", number(snapshot.epsilon)),
        format!("mean Q      {}", of_update(|update| update.mean_q)),
    ];
    let lines: Vec<Line<'_>> = lines.into_iter().map(Line::from).collect();
    let block = Block::bordered().title(" figures ");
    frame.render_widget(Paragraph::new(lines).block(block), figures);

    for (area, course, title, colour) in [
        (
            measures,
            &snapshot.measures,
            format!(" {} of the last episodes ", snapshot.measure),
            Color::Green,
        ),
        (
            losses,
            &snapshot.losses,
            format!(" loss {} ", of_update(|update| update.loss)),
            Color::Yellow,
        ),
    ] {
        let bars = bars(course, usize::from(area.width.saturating_sub(2)));
        let line = Sparkline::default()
            .data(bars)
            .style(Style::new().fg(colour))
            .block(Block::bordered().title(title));
        frame.render_widget(line, area);
    }
    let help = Line::from(" p pause/resume   n one step   s save   q stop ").reversed();
    frame.render_widget(help, keys);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    #[test]
    fn the_screen_shows_board_figures_and_courses() {
        let mut snapshot = Snapshot::new(&StartReport {
            step: 0,
            total_steps: Some(5_000),
            episodes: 0,
            seconds: 0.0,
            seed: 1,
            measures: &["lines"],
        });
        snapshot.step = 1_234;
        snapshot.picture = "|..##..|\n|######|".to_owned();
        snapshot.mean = 12.5;
        (0..1_000).for_each(|i| snapshot.push_measure(f64::from(i % 7)));
        assert_eq!(snapshot.measures.len(), COURSE);
        let mut terminal = Terminal::new(TestBackend::new(70, 20)).unwrap();
        terminal.draw(|frame| draw(frame, &snapshot)).unwrap();
        let screen = terminal.backend().to_string();
        for text in [
            "|######|",
            "1234 of 5000",
            "mean lines",
            "12.5000",
            "q stop",
            "training",
            "█",
        ] {
            assert!(screen.contains(text), "{text} is missing:\n{screen}");
        }
        // A terminal of no size is no reason to panic.
        let mut terminal = Terminal::new(TestBackend::new(3, 2)).unwrap();
        terminal
            .draw(|frame| draw(frame, &Snapshot::default()))
            .unwrap();
    }

    #[test]
    fn bars_span_from_lowest_to_highest() {
        let course = VecDeque::from([9.0, -1.0, f64::NAN, 0.0, 1.0]);
        assert_eq!(bars(&course, 4), [0, 500, 1_000]);
        assert_eq!(bars(&VecDeque::from([3.0, 3.0]), 9), [0, 0]);
        assert!(bars(&VecDeque::new(), 9).is_empty());
    }
}
