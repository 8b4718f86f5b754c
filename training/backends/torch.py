"""Training with PyTorch, on its GPU, if any."""

from __future__ import annotations

from typing import Any

SINGLE_PROCESS = True


def start(threads: int | None = None) -> None:
    """Import PyTorch; `threads` of None keeps the present number."""
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


def predict(model: Any, inputs: Any) -> Any:
    """Return the logits."""
    import torch
    from keras import ops

    with torch.no_grad():
        return ops.convert_to_numpy(model(inputs, training=False))


class Step:
    """One step of gradient descent, in eager mode."""

    def __init__(
        self, model: Any, average: Any, optimizer: Any, weight_decay: float, offset: Any
    ) -> None:
        from keras import ops

        self._model, self._average, self._optimizer = model, average, optimizer
        self._weight_decay, self._offset = weight_decay, ops.convert_to_tensor(offset)

    def __call__(self, images: Any, targets: Any, learning_rate: Any, ema_decay: Any) -> Any:
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
                gradient + self._weight_decay * weight.value if len(weight.shape) > 1 else gradient
                for gradient, weight in zip(gradients, weights, strict=True)
            ]
            self._optimizer.learning_rate.assign(learning_rate)
            self._optimizer.apply(decayed, weights)
            for mean, weight in zip(self._average.weights, self._model.weights, strict=True):
                mean.value.copy_(weight.value + float(ema_decay) * (mean.value - weight.value))
        return loss.detach()

    def sync(self) -> None:
        """Do nothing: the variables hold the state."""
