"""Compound calls on a batch whose channels each have numbers of their own: statistics, scaling and shifting.

They are many simple calls over many numbers. So a batch is cut into pieces that stay in the cache from the call that
fetches them to the last one that reads them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from deepviz.engine.tape import Tape, Tensor

BLOCK = 32_768
"""Numbers in a piece."""

LONG = 2_048
"""Numbers in a row that is so long that what NumPy does between two rows does not count."""


class Channels(ABC):
    """A batch in pieces. How it is cut is up to the subclass.

    What the channels have of their own stands in tables of shape ``(1, channels)``, where it is the same for the whole
    batch, or with one row for each piece or sample.

    Attributes
    ----------
    x
        The batch as it was given.
    channels, count
        How many channels there are, and how many numbers each has.
    """

    def __init__(self, tape: Tape, x: Tensor) -> None:
        self.tape, self.x = tape, x
        self.channels = x.shape[-1]
        self.count = x.size // self.channels
        self._pieces: list[slice] = []

    def sums_about(self, center: Tensor) -> tuple[Tensor, Tensor]:
        """Tables of the sums of ``x - center`` and of its square."""
        tape, x, centers = self.tape, self._seen(self.x), self._written_out(center)
        sums, squares = self._table(), self._table()
        for piece in self._pieces:
            deviation = tape.subtract(self._lines(x, piece), self._beside(centers, piece))
            self._sum(deviation, sums, piece)
            self._sum(tape.multiply(deviation, deviation), squares, piece)
        return sums, squares

    def products_about(self, center: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Tables of the sums of `grad` and of ``grad (x - center)``."""
        tape, x, grad, centers = self.tape, self._seen(self.x), self._seen(grad), self._written_out(center)
        sums, products = self._table(), self._table()
        for piece in self._pieces:
            g = self._lines(grad, piece)
            deviation = tape.subtract(self._lines(x, piece), self._beside(centers, piece))
            self._sum(tape.multiply(deviation, g), products, piece)
            self._sum(g, sums, piece)
        return sums, products

    def scaled(self, x: Tensor, scale: Tensor, shift: Tensor | None = None) -> Tensor:
        """``scale x + shift`` for the batch or a gradient of its shape."""
        tape, x, result = self.tape, self._seen(x), self.tape.empty(self.x.shape, like=self._pattern)
        y, scales = self._seen(result), self._written_out(scale)
        shifts = None if shift is None else self._written_out(shift)
        for piece in self._pieces:
            out = self._lines(y, piece)
            tape.multiply(self._lines(x, piece), self._beside(scales, piece), out=out)
            if shifts is not None:
                tape.add(out, self._beside(shifts, piece), out=out)
        return result

    def mixed(self, scale: Tensor, grad: Tensor, of_x: Tensor, shift: Tensor) -> Tensor:
        """``scale grad + of_x x + shift``, for a gradient of the shape of the batch."""
        tape, x, grad = self.tape, self._seen(self.x), self._seen(grad)
        result = tape.empty(self.x.shape, like=self._pattern)
        y, scales, factors, shifts = self._seen(result), *(self._written_out(table) for table in (scale, of_x, shift))
        for piece in self._pieces:
            out = self._lines(y, piece)
            tape.multiply(self._lines(grad, piece), self._beside(scales, piece), out=out)
            tape.add(out, tape.multiply(self._lines(x, piece), self._beside(factors, piece)), out=out)
            tape.add(out, self._beside(shifts, piece), out=out)
        return result

    def total(self, table: Tensor) -> Tensor:
        """Sums over the rows of a table, in one row."""
        return table if table.shape[0] == 1 else self.tape.column_sums(table).reshape(1, self.channels)

    @property
    def _pattern(self) -> Tensor | None:
        """Results lie in memory as this does; None: in the order of their indices."""
        return None

    @abstractmethod
    def _seen(self, x: Tensor) -> Tensor:
        """A tensor of the shape of the batch in the shape that pieces are cut from."""

    @abstractmethod
    def _lines(self, x: Tensor, piece: slice) -> Tensor:
        """A piece in a shape in which it is computed with."""

    @abstractmethod
    def _table(self) -> Tensor:
        """An empty table."""

    @abstractmethod
    def _sum(self, lines: Tensor, table: Tensor, piece: slice) -> None:
        """Write the sum over each channel of a piece to its place in a table."""

    @abstractmethod
    def _written_out(self, table: Tensor) -> Tensor:
        """What a table says, repeated as often as the calls want it."""

    @abstractmethod
    def _beside(self, written_out: Tensor, piece: slice) -> Tensor:
        """What a table says about the numbers of a piece."""


class ChannelColumns(Channels):
    """The batch as one matrix with a column for each channel, cut into pieces of several rows.

    What a table says is written out until it is as long as a piece: with arguments of the same shape NumPy goes through
    a call in one go.
    """

    def __init__(self, tape: Tape, x: Tensor) -> None:
        super().__init__(tape, x)
        self._rows = min(self.count, max(1, BLOCK // self.channels))
        self._pieces = [slice(row, min(row + self._rows, self.count)) for row in range(0, self.count, self._rows)]

    def guess(self) -> Tensor:
        """The mean of the first piece, which is near that of the batch."""
        first = self._seen(self.x)[self._pieces[0]]
        return self.tape.multiply(self.tape.column_sums(first), 1.0 / self._rows).reshape(1, self.channels)

    def _seen(self, x: Tensor) -> Tensor:
        return self.tape.in_order(x).reshape(self.count, self.channels)

    def _lines(self, x: Tensor, piece: slice) -> Tensor:
        return x[piece].reshape(-1)

    def _table(self) -> Tensor:
        return self.tape.empty((len(self._pieces), self.channels))

    def _sum(self, lines: Tensor, table: Tensor, piece: slice) -> None:
        self.tape.column_sums(lines.reshape(-1, self.channels), out=table[piece.start // self._rows])

    def _written_out(self, table: Tensor) -> Tensor:
        return self.tape.matmul(self.tape.constant(1.0, (self._rows, 1)), table).reshape(-1)

    def _beside(self, written_out: Tensor, piece: slice) -> Tensor:
        return written_out[: (piece.stop - piece.start) * self.channels]


class ChannelRows(Channels):
    """The batch as one matrix with a row for each channel, cut into pieces of several rows.

    For images that lie in memory channel by channel, which is how convolutions of few channels leave them.
    """

    def __init__(self, tape: Tape, x: Tensor) -> None:
        super().__init__(tape, x)
        step = max(1, BLOCK // self.count)
        self._pieces = [slice(row, row + step) for row in range(0, self.channels, step)]

    @staticmethod
    def suit(x: Tensor) -> bool:
        """Whether a tensor lies in memory channel by channel, and has many numbers of each."""
        axes = x.memory_axes
        return axes[0] == len(axes) - 1 and x.in_memory_order().in_order and x.size >= LONG * x.shape[-1]

    def guess(self) -> Tensor:
        """The mean."""
        sums, x = self._table(), self._seen(self.x)
        for piece in self._pieces:
            self._sum(x[piece], sums, piece)
        return self.tape.multiply(sums, 1.0 / self.count)

    @property
    def _pattern(self) -> Tensor:
        return self.x

    def _seen(self, x: Tensor) -> Tensor:
        if x.memory_axes != self.x.memory_axes or not x.in_memory_order().in_order:
            x = self.tape.copy(x, self.tape.empty(x.shape, like=self.x))
        return x.in_memory_order().reshape(self.channels, self.count)

    def _lines(self, x: Tensor, piece: slice) -> Tensor:
        return x[piece]

    def _table(self) -> Tensor:
        return self.tape.empty((1, self.channels))

    def _sum(self, lines: Tensor, table: Tensor, piece: slice) -> None:
        ones = self.tape.constant(1.0, (self.count,))
        self.tape.call(None, (lines, ones), (lines.shape[0],), table[0, piece])

    def _written_out(self, table: Tensor) -> Tensor:
        return table.reshape(self.channels, 1)

    def _beside(self, written_out: Tensor, piece: slice) -> Tensor:
        return written_out[piece]


class ChannelsOfSamples(Channels):
    """Each sample as a matrix with a column for each channel. Tables have a row for each sample.

    What a table says is written out until the rows are long: NumPy is slow at going over short ones.
    """

    def __init__(self, tape: Tape, x: Tensor) -> None:
        super().__init__(tape, x)
        self._samples = x.shape[0]
        self.rows = self.count // self._samples
        self._together = rows_together(self.rows, self.channels)
        step = max(1, BLOCK // (self.rows * self.channels))
        self._pieces = [slice(sample, sample + step) for sample in range(0, self._samples, step)]

    def sums(self) -> Tensor:
        """Sums over the positions of each sample."""
        sums, x = self._table(), self._seen(self.x)
        for piece in self._pieces:
            self._sum(x[piece], sums, piece)
        return sums

    def _seen(self, x: Tensor) -> Tensor:
        return self.tape.in_order(x).reshape(self._samples, self.rows, self.channels)

    def _lines(self, x: Tensor, piece: slice) -> Tensor:
        lines = x[piece]
        return lines.reshape(lines.shape[0], self.rows // self._together, self._together * self.channels)

    def _table(self) -> Tensor:
        return self.tape.empty((self._samples, self.channels))

    def _sum(self, lines: Tensor, table: Tensor, piece: slice) -> None:
        out = table[piece]
        matrices = lines.reshape(out.shape[0], self.rows, self.channels)
        if out.shape[0] == 1:
            self.tape.column_sums(matrices[0], out=out[0])
        else:
            ones = self.tape.constant(1.0, (1, self.rows))
            self.tape.matmul(ones, matrices, out=out.reshape(out.shape[0], 1, self.channels))

    def _written_out(self, table: Tensor) -> Tensor:
        return repeated(self.tape, table, self._together)

    def _beside(self, written_out: Tensor, piece: slice) -> Tensor:
        return written_out[piece]


def of_batch(tape: Tape, x: Tensor) -> ChannelColumns | ChannelRows:
    """A batch whose samples all have the same statistics, cut as it lies in memory."""
    return ChannelRows(tape, x) if ChannelRows.suit(x) else ChannelColumns(tape, x)


def batch_moments(x: ChannelColumns | ChannelRows, count: int) -> tuple[Tensor, Tensor]:
    """Mean and variance of each channel over the whole batch: ``(1, channels)`` each.

    In one pass, as sums of the deviations ``d = x - c`` from a first guess ``c``, the mean of the first piece::

        mean     = c + sum(d) / n
        variance = (sum(d^2) - sum(d)^2 / n) / n

    Squares of the numbers themselves would lose all digits where the mean is large. The guess is so near the mean that
    what is subtracted is at most as many times what remains as there are pieces (Chan, Golub & LeVeque 1983).

    Parameters
    ----------
    count
        How many numbers a channel has in the whole batch, of which `x` may hold a part. Then, with ``n`` and the
        moments of each part::

            mean     = sum(n_part mean_part) / n
            variance = sum(n_part (variance_part + (mean_part - mean)^2)) / n
    """
    tape, guess = x.tape, x.guess()
    sums, squares = (x.total(table) for table in x.sums_about(guess))
    offset = tape.multiply(sums, 1.0 / x.count)
    mean = tape.add(guess, offset)
    squares = tape.subtract(squares, tape.multiply(offset, sums))
    if x.count != count:
        part_mean = mean
        mean = tape.multiply(tape.over_batch(tape.multiply(part_mean, float(x.count))), 1.0 / count)
        distance = tape.subtract(part_mean, mean)
        squares = tape.add(squares, tape.multiply(tape.multiply(distance, distance), float(x.count)))
        squares = tape.over_batch(squares)
    return mean, tape.multiply(squares, 1.0 / count)


def rows_together(rows: int, channels: int) -> int:
    """How many rows to take as one, so that it is long and no row is left over."""
    most = min(rows, max(1, LONG // channels))
    return next(number for number in range(most, 0, -1) if rows % number == 0)


def repeated(tape: Tape, table: Tensor, times: int) -> Tensor:
    """Each row of a table ``(n, channels)``, one after the other so many times: ``(n, 1, times * channels)``."""
    entries, channels = table.shape
    rows = tape.multiply(tape.constant(1.0, (1, times, 1)), table.reshape(entries, 1, channels))
    return rows.reshape(entries, 1, times * channels)
