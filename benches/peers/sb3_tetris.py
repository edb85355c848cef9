"""Placements a second of Stable-Baselines3's DQN with its defaults on Tetris-Gymnasium, one action a piece and the
features of every placement as observation: the peer of `tetris_dqn`.

    pip install stable-baselines3 tetris-gymnasium
    python benches/peers/sb3_tetris.py
"""

import time

import gymnasium as gym
import torch
from stable_baselines3 import DQN
from tetris_gymnasium.envs.tetris import Tetris
from tetris_gymnasium.wrappers.grouped import GroupedActionsObservations
from tetris_gymnasium.wrappers.observation import FeatureVectorObservation

torch.set_num_threads(1)
STEPS = 1_000
plain = Tetris()
env = GroupedActionsObservations(plain, observation_wrappers=[FeatureVectorObservation(plain)])
agent = DQN("MlpPolicy", env, seed=0, device="cpu")
agent.learn(200)
begun = time.process_time()
agent.learn(STEPS, reset_num_timesteps=False)
print(f"{STEPS / (time.process_time() - begun):.0f} placements a second")
