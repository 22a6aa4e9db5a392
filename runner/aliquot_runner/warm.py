"""Imports what every job needs. A process that imported this may fork: no parallel region is ever opened here."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import catboost
import lightgbm
import msgspec
import numpy as np
import pandas as pd
import pyarrow.parquet
import sklearn.ensemble
import sklearn.linear_model
import sklearn.naive_bayes
import sklearn.neighbors
import sklearn.neural_network
import sklearn.tree
import skops.io
import xgboost

from . import compile_steps, custom, predict, registry, train, verify

registry.families()
registry.metrics()
registry.steps()

VERBS = (compile_steps, custom, predict, train, verify)
LIBRARIES = (catboost, lightgbm, msgspec, np, pd, pyarrow.parquet, skops.io, sklearn, xgboost)
