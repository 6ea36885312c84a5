"""What convolution layers have in common: hyperparameters, declared here once for all, and the window they describe."""

from __future__ import annotations

from pydantic import Field

from deepviz.engine.families.image import Padding
from deepviz.engine.ops.convolution_window import Window, same_border
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.weighted import ADVANCED

# Shared by the layers on images. A layer that needs another default or text declares its own.
KERNEL_SIZE = Field((3, 3), title="Kernel", description="Rows × columns that are weighed and summed for one output.")
STRIDES = Field(
    (1, 1), title="Strides", description="How far the kernel moves at a time, down × right; 2 × 2 halves the image."
)
PADDING: Padding = Field(
    "valid",
    title="Padding",
    description="valid: none. same: zeros around the image; at strides of 1 its size stays. explicit: your own.",
)
EXPLICIT_PADDING = Field(
    (0, 0, 0, 0),
    title="Own padding",
    description="Rows and columns of zeros added above, below, left and right, if the padding is explicit.",
    json_schema_extra={"kind": "sides", "when": {"padding": "explicit"}},
)
DILATION_RATE = Field(
    (1, 1),
    title="Dilation",
    description="How far apart the kernel looks; 2 × 2 leaves out every other row and column.",
    json_schema_extra=ADVANCED,
)
GROUPS = Field(
    1,
    ge=1,
    le=65_536,
    title="Groups",
    description="Into how many parts channels and filters are divided, each of which sees only its own.",
    json_schema_extra=ADVANCED,
)
USE_BIAS = Field(True, title="Bias", description="Whether a trained number is added to each output channel.")


def window_over(
    label: str,
    image: tuple[int, int],
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
    explicit: tuple[int, int, int, int] = (0, 0, 0, 0),
    is_sequence: bool = False,
) -> Window:
    """The window of a layer.

    Parameters
    ----------
    label
        The layer's name, for messages.
    padding, explicit
        "valid", "same" or "explicit"; the rows above and below, and the columns left and right, of the latter.
    is_sequence
        Whether the image is a sequence in truth, of one row: then messages say so.

    Raises
    ------
    ShapeError
        If the window does not fit into the image with its borders.
    """
    bare = Window(image, kernel, strides, dilation)
    if padding == "same":
        rows, columns = (same_border(*lengths) for lengths in zip(image, bare.extent, strides, strict=True))
        return Window(image, kernel, strides, dilation, (rows, columns))
    top, bottom, left, right = explicit if padding == "explicit" else (0, 0, 0, 0)
    window = Window(image, kernel, strides, dilation, ((top, bottom), (left, right)))
    if min(window.stops) < 1:

        def text(lengths: tuple[int, int]) -> str:
            return shape_text(lengths[1:] if is_sequence else lengths)

        what = "a sequence" if is_sequence else "an image"
        spans = "" if window.extent == kernel else f", dilated to {text(window.extent)},"
        around = "" if window.padded == image else f" (with its padding {text(window.padded)})"
        raise ShapeError(
            f"{label}: a kernel of {text(kernel)}{spans} does not fit into {what} of "
            f'{text(image)}{around}. Make the kernel smaller, or set the padding to "same".'
        )
    return window


def check_groups(label: str, shape: Shape, filters: int, groups: int) -> None:
    """Refuse channels or filters that cannot be divided into groups.

    Raises
    ------
    ShapeError
        If one of them cannot.
    """
    if shape[-1] % groups or filters % groups:
        raise ShapeError(
            f"{label} divides channels and filters into {groups} groups; {shape_text(shape)} has {shape[-1]} channels, "
            f"and there are {filters} filters. Choose groups that divide both."
        )


def headline(filters: int | None, kernel: tuple[int, ...], strides: tuple[int, ...]) -> str:
    """What matters most of a convolution, for its card: ``8 · 3×3 / 2`` are 8 filters of 3 × 3 that move by 2."""
    moves = "×".join(map(str, strides if len(set(strides)) > 1 else strides[:1]))
    size = "×".join(map(str, kernel))
    return (f"{filters} · " if filters is not None else "") + size + (f" / {moves}" if moves != "1" else "")
