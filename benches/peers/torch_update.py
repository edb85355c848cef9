"""One full DQN update of a network 200-128-128-40 in PyTorch on one CPU thread: the peer of `update_step`.

    pip install torch
    python benches/peers/torch_update.py

For each batch size the fastest of three eager variants is printed: fused, multi-tensor or per-tensor Adam. The minibatch
is drawn from 10,000 remembered steps.
"""

import time

import torch
from torch import nn

torch.set_num_threads(1)
INPUTS, ACTIONS, REMEMBERED = 200, 40, 10_000
torch.manual_seed(0)
observations = torch.rand(REMEMBERED, INPUTS)
following = torch.rand(REMEMBERED, INPUTS)
actions = torch.randint(ACTIONS, (REMEMBERED, 1))
rewards = torch.ones(REMEMBERED, 1)
goes_on = torch.ones(REMEMBERED, 1)


def network():
    return nn.Sequential(
        nn.Linear(INPUTS, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, ACTIONS)
    )


def updater(batch, variant):
    online, target = network(), network()
    target.load_state_dict(online.state_dict())
    options = {"fused": {"fused": True}, "foreach": {"foreach": True}, "single": {"foreach": False}}
    adam = torch.optim.Adam(online.parameters(), lr=5e-4, **options[variant])

    def update():
        drawn = torch.randint(REMEMBERED, (batch,))
        with torch.no_grad():
            best = target(following[drawn]).max(1, keepdim=True).values
            wanted = rewards[drawn] + 0.1 * goes_on[drawn] * best
        values = online(observations[drawn]).gather(1, actions[drawn])
        loss = nn.functional.smooth_l1_loss(values, wanted)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(online.parameters(), 10.0)
        adam.step()

    return update


for batch in [32, 128, 512]:
    best = (float("inf"), "")
    for variant in ["fused", "foreach", "single"]:
        update = updater(batch, variant)
        for _ in range(50):
            update()
        for _ in range(5):
            count = 200
            # The time of this thread, so that a busy machine does not change the verdict.
            begun = time.thread_time()
            for _ in range(count):
                update()
            best = min(best, ((time.thread_time() - begun) / count, variant))
    print(f"batch {batch}: {best[0] * 1e6:.0f} microseconds ({best[1]} Adam)")
