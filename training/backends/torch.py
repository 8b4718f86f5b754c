"""Training with PyTorch, on its GPU where there is one."""

from __future__ import annotations

from typing import Any

ALONE = True


def start(threads: int | None = None) -> None:
    """Import PyTorch; `threads` of None leaves what was set before."""
    import torch

    if threads is not None:
        torch.set_num_threads(threads)


def convolution() -> Any:
    """Return Keras's own Conv2D."""
    from keras import layers

    return layers.Conv2D


def normalization() -> Any:
    """Return Keras's own BatchNormalization."""
    from keras import layers

    return layers.BatchNormalization


def answer(model: Any, inputs: Any) -> Any:
    """Return the logits."""
    import torch
    from keras import ops

    with torch.no_grad():
        return ops.convert_to_numpy(model(inputs, training=False))


class Step:
    """One step of gradient descent, as it comes."""

    def __init__(self, model: Any, average: Any, optimizer: Any, decay: float, offset: Any) -> None:
        from keras import ops

        self._model, self._average, self._optimizer = model, average, optimizer
        self._decay, self._offset = decay, ops.convert_to_tensor(offset)

    def __call__(self, images: Any, targets: Any, rate: Any, keep: Any) -> Any:
        """Take the step and return its loss."""
        import torch
        from keras import ops

        inputs, wanted = (ops.convert_to_tensor(each) for each in (images, targets))
        logits = self._model(inputs[..., None] / 255.0, training=True) + self._offset
        loss = torch.nn.functional.cross_entropy(logits, wanted)
        weights = self._model.trainable_variables
        gradients = torch.autograd.grad(loss, [weight.value for weight in weights])
        with torch.no_grad():
            decayed = [
                gradient + self._decay * weight.value if len(weight.shape) > 1 else gradient
                for gradient, weight in zip(gradients, weights, strict=True)
            ]
            self._optimizer.learning_rate.assign(rate)
            self._optimizer.apply(decayed, weights)
            for mean, weight in zip(self._average.weights, self._model.weights, strict=True):
                mean.value.copy_(weight.value + float(keep) * (mean.value - weight.value))
        return loss.detach()

    def settle(self) -> None:
        """Do nothing: the variables are always up to date."""
