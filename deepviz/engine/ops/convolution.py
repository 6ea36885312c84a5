"""Convolution: the output, the gradient of the kernel and the gradient of the input. All of them are matrix products.

The same numbers are computed in different ways, whichever is fastest for the shapes at hand. Here it is chosen:

- A kernel of one pixel is a plain matrix product of all pixels with the kernel.
- With few channels, the batch runs fastest in memory (`batch_last`): matrices are wide enough then.
- With many channels, images lie in one row of pixels (`flat_images`): windows need not be copied then.
- In general what the window sees is copied into a matrix (`window_copies`): right for any strides and dilation.
- Groups are convolutions side by side; with one channel each, there is nothing to sum over (`depthwise_convolution`).

The results may lie in memory in any order.
"""

from __future__ import annotations

from deepviz.engine.ops import batch_last, depthwise_convolution, flat_images, products, window_copies
from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.tape import Tape, Tensor

NARROW = 16
"""Products whose inner length is below this waste most of a processor's width."""
COPY_COST = 32
"""Copying a number into a matrix takes about as long as so many multiplications in a product."""


def convolve(
    tape: Tape, window: Window, x: Tensor, kernel: Tensor, bias: Tensor | None = None, groups: int = 1
) -> Tensor:
    """What the window sees at each stop, weighed with the kernel and summed.

    Parameters
    ----------
    window
        How the kernel goes over the image.
    x
        Images, ``(batch, rows, columns, channels)``.
    kernel
        Weights, ``(rows, columns, channels / groups, filters)``.
    bias
        Added to each filter, ``(filters,)``.
    groups
        Into how many equal parts channels and filters are divided; a filter sees the channels of its own part only.

    Returns
    -------
    Tensor of shape ``(batch, *window.stops, filters)``.
    """
    if groups > 1:
        y = _convolve_groups(tape, window, x, kernel, groups)
        return y if bias is None else add_bias(tape, y, bias)
    channels, filters = kernel.shape[2:]
    if batch_last.suits(window, x.shape[0], channels, filters):
        return batch_last.convolve(tape, window, x, kernel, bias)
    x = _channels_together(tape, x)
    if window.is_one_pixel:
        pixels = products.product(tape, _pixels(tape, x), kernel.reshape(channels, filters))
        y = pixels.reshape(*x.shape[:3], filters)
        return y if bias is None else add_bias(tape, y, bias)
    if _wastes_little(window, channels, filters):
        return flat_images.convolve(tape, window, x, kernel, bias)
    return window_copies.convolve(tape, window, x, kernel, bias)


def kernel_grad(tape: Tape, window: Window, x: Tensor, grad: Tensor, out: Tensor, groups: int = 1) -> None:
    """Gradient with respect to the kernel, from that with respect to the output, written to `out`.

    As in a matrix product: what the window saw, transposed, times the gradient, summed over the samples.
    """
    if groups > 1:
        _kernel_grad_of_groups(tape, window, x, grad, out, groups)
        return
    channels, filters = out.shape[2:]
    if batch_last.suits(window, x.shape[0], channels, filters):
        batch_last.kernel_grad(tape, window, x, grad, out)
        return
    x, grad = _channels_together(tape, x), _channels_together(tape, grad)
    if window.is_one_pixel:
        found = products.product_of_columns(tape, _pixels(tape, x), _pixels(tape, grad))
        tape.copy(found, out.reshape(channels, filters))
    elif _wastes_little(window, channels, filters):
        flat_images.kernel_grad(tape, window, x, grad, out)
    else:
        window_copies.kernel_grad(tape, window, x, grad, out)


def input_grad(tape: Tape, window: Window, kernel: Tensor, grad: Tensor, groups: int = 1) -> Tensor:
    """Gradient with respect to the input: every stop gives back to the pixels that it saw, each with its weight.

    This is also what a transposed convolution computes. Where the window stops everywhere it is a convolution of the
    gradient itself, with the kernel upside down and its channels and filters swapped.
    """
    if groups > 1:
        return _input_grad_of_groups(tape, window, kernel, grad, groups)
    if window.strides != (1, 1) or not window.overlaps_image:
        return window_copies.input_grad(tape, window, kernel, grad)
    rows, columns, channels, filters = kernel.shape
    turned = tape.copy(kernel[::-1, ::-1].transpose(0, 1, 3, 2), tape.empty((rows, columns, filters, channels)))
    return convolve(tape, window.backwards, grad, turned)


def add_bias(tape: Tape, y: Tensor, bias: Tensor) -> Tensor:
    """``y + bias``, a number a filter. `y` is overwritten if it lies in order."""
    rows = tape.in_order(y).reshape(-1, y.shape[2] * y.shape[3])
    return tape.add(rows, flat_images.along_row(tape, bias, y.shape[2]), out=rows).reshape(*y.shape)


def bias_grad(tape: Tape, grad: Tensor, out: Tensor) -> None:
    """Gradient with respect to the bias: the sum over samples and stops, written to `out`."""
    batch, _, columns, filters = grad.shape
    turned = grad.transpose(1, 2, 3, 0)
    # Long rows first: the sum of few long rows is faster than that of many short ones.
    if turned.in_order and not grad.in_order:
        sums = tape.column_sums(turned.reshape(-1, filters * batch)).reshape(filters, batch)
        tape.call(None, (sums, tape.constant(1.0, (batch,))), (filters,), out)
    else:
        sums = tape.column_sums(tape.in_order(grad).reshape(-1, columns * filters))
        tape.column_sums(sums.reshape(columns, filters), out=out)


def _wastes_little(window: Window, channels: int, filters: int) -> bool:
    """Whether images had better lie in one row of pixels than that windows are copied.

    In such a row some places are no stops and are computed in vain. With many filters that costs more than to copy.
    """
    if not flat_images.suits(window) or window.kernel[1] * channels < NARROW:
        return False
    return flat_images.waste(window) * filters <= COPY_COST


def _convolve_groups(tape: Tape, window: Window, x: Tensor, kernel: Tensor, groups: int) -> Tensor:
    """`convolve` for every group."""
    if kernel.shape[2] == 1:
        return depthwise_convolution.convolve(tape, window, _channels_together(tape, x), _by_channel(kernel, groups))
    y = tape.empty((x.shape[0], *window.stops, kernel.shape[3]))
    for of_x, of_y in _parts(groups, x.shape[3], kernel.shape[3]):
        tape.copy(convolve(tape, window, x[..., of_x], kernel[..., of_y]), y[..., of_y])
    return y


def _kernel_grad_of_groups(tape: Tape, window: Window, x: Tensor, grad: Tensor, out: Tensor, groups: int) -> None:
    """`kernel_grad` for every group."""
    if out.shape[2] == 1:
        x = _channels_together(tape, x)
        depthwise_convolution.kernel_grad(tape, window, x, grad, _by_channel(out, groups))
        return
    for of_x, of_y in _parts(groups, x.shape[3], out.shape[3]):
        part = tape.empty(out[..., of_y].shape)
        kernel_grad(tape, window, x[..., of_x], grad[..., of_y], part)
        tape.copy(part, out[..., of_y])


def _input_grad_of_groups(tape: Tape, window: Window, kernel: Tensor, grad: Tensor, groups: int) -> Tensor:
    """`input_grad` for every group."""
    if kernel.shape[2] == 1:
        return depthwise_convolution.input_grad(tape, window, _by_channel(kernel, groups), grad)
    channels = kernel.shape[2] * groups
    result = tape.empty((grad.shape[0], *window.image, channels))
    for of_x, of_y in _parts(groups, channels, kernel.shape[3]):
        tape.copy(input_grad(tape, window, kernel[..., of_y], grad[..., of_y]), result[..., of_x])
    return result


def _parts(groups: int, channels: int, filters: int) -> list[tuple[slice, slice]]:
    """The channels and the filters of each group."""
    few, many = channels // groups, filters // groups
    return [(slice(n * few, (n + 1) * few), slice(n * many, (n + 1) * many)) for n in range(groups)]


def _by_channel(kernel: Tensor, channels: int) -> Tensor:
    """A kernel with a group for each channel as `depthwise_convolution` has it."""
    rows, columns, _, filters = kernel.shape
    return kernel.reshape(rows, columns, channels, filters // channels)


def _channels_together(tape: Tape, x: Tensor) -> Tensor:
    """Images in which the channels of a pixel follow each other in memory; a copy if needed."""
    return x if x.strides[3] == x.dtype.itemsize else tape.in_order(x)


def _pixels(tape: Tape, x: Tensor) -> Tensor:
    """Images as a matrix with a row for each pixel."""
    return tape.in_order(x).reshape(-1, x.shape[3])
