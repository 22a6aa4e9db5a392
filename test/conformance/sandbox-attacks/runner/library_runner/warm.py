import catboost  # noqa: F401
import lightgbm  # noqa: F401
import numpy  # noqa: F401
import pandas  # noqa: F401
import sklearn.ensemble  # noqa: F401
import sklearn.model_selection  # noqa: F401
import xgboost  # noqa: F401
