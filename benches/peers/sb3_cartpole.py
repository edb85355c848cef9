"""Environment steps a second of Stable-Baselines3's DQN with its defaults on CartPole-v1: the peer of `cartpole`.

    pip install stable-baselines3 gymnasium
    python benches/peers/sb3_cartpole.py
"""

import time

import torch
from stable_baselines3 import DQN

torch.set_num_threads(1)
STEPS = 20_000
agent = DQN("MlpPolicy", "CartPole-v1", seed=0, device="cpu")
agent.learn(2_000)
begun = time.process_time()
agent.learn(STEPS, reset_num_timesteps=False)
print(f"{STEPS / (time.process_time() - begun):.0f} environment steps a second")
