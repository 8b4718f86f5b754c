"""What Python's forkserver loads once for all commands that tests run: see `commands`."""

from importlib import import_module

from training import backends

backends.start()
for name in (
    "keras",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.linear_model",
    "tensorflow.lite.tools.flatbuffer_utils",
    "tqdm",
    "convert.job",
    "training.retraining.job",
):
    import_module(name)
