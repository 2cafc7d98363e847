"""The code stream of a baseline JPEG read once more, apart from any library.

`flaw` walks through every coefficient and says what is wrong; it makes no pixels of them.
"""

from dataclasses import dataclass, field

FRAME, TABLES, SCAN, RESTARTS = 0xC0, 0xC4, 0xDA, 0xDD


class Flaw(Exception):
    """What is wrong with a code stream."""


@dataclass
class Bits:
    """The bits of one stretch of coded data, without its stuffed zeros."""

    data: bytes
    place: int = 0

    def take(self, count: int) -> int:
        if self.place + count > 8 * len(self.data):
            raise Flaw("premature end")
        value = 0
        for _ in range(count):
            byte = self.data[self.place >> 3]
            value = value << 1 | byte >> (7 - (self.place & 7)) & 1
            self.place += 1
        return value

    def symbol(self, codes: dict[tuple[int, int], int]) -> int:
        code = 0
        for length in range(1, 17):
            code = code << 1 | self.take(1)
            if (length, code) in codes:
                return codes[length, code]
        raise Flaw("bad code")


@dataclass
class Header:
    """What the segments before the scan say."""

    height: int = 0
    width: int = 0
    sampling: dict[int, tuple[int, int]] = field(default_factory=dict)
    codes: dict[int, dict[tuple[int, int], int]] = field(default_factory=dict)
    tables: list[tuple[int, int, int]] = field(default_factory=list)
    restart: int = 0
    start: int = 0


def flaw(data: bytes) -> str:
    """Give what is wrong with the only scan of a baseline JPEG, or an empty string.

    Raises:
        ValueError: It is of another kind, which is not walked through.
    """
    header = read_header(data)
    if any({steady, 16 + changing} - set(header.codes) for _, steady, changing in header.tables):
        raise ValueError("tables are missing, for which libjpeg takes the usual ones")
    try:
        _walk(header, _stretches(data, header.start))
    except Flaw as found:
        return str(found)
    return ""


def read_header(data: bytes) -> Header:
    """Read the segments up to the scan; anything unusual raises ValueError."""
    header, place = Header(), 2
    try:
        while not header.start:
            if data[place] != 0xFF:
                raise ValueError("no marker where one is due")
            marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
            content = data[place + 4 : place + 2 + length]
            place += 2 + length
            if marker == FRAME:
                _read_frame(header, content)
            elif marker == TABLES:
                _read_tables(header, content)
            elif marker == RESTARTS:
                header.restart = int.from_bytes(content[:2], "big")
            elif marker == SCAN:
                _read_scan(header, content)
                header.start = place
            elif marker in range(0xC1, 0xD0):
                raise ValueError("no baseline JPEG")
    except (IndexError, KeyError) as error:
        raise ValueError("damaged header") from error
    return header


def _read_frame(header: Header, content: bytes) -> None:
    if content[0] != 8:
        raise ValueError("not of 8 bits")
    header.height, header.width = (int.from_bytes(content[i : i + 2], "big") for i in (1, 3))
    for part in range(content[5]):
        name, factors = content[6 + 3 * part : 8 + 3 * part]
        header.sampling[name] = (factors >> 4, factors & 15)


def _read_tables(header: Header, content: bytes) -> None:
    place = 0
    while place < len(content):
        kind, counts = content[place], content[place + 1 : place + 17]
        place, code, codes = place + 17, 0, {}
        for length, count in enumerate(counts, 1):
            for _ in range(count):
                codes[length, code] = content[place]
                code, place = code + 1, place + 1
            code <<= 1
        header.codes[kind] = codes


def _read_scan(header: Header, content: bytes) -> None:
    if content[0] != len(header.sampling) or content[-3:] != b"\x00\x3f\x00":
        raise ValueError("not one whole scan")
    for part in range(content[0]):
        name, tables = content[1 + 2 * part : 3 + 2 * part]
        header.tables.append((name, tables >> 4, tables & 15))


def _stretches(data: bytes, start: int) -> list[bytes]:
    """Give the coded data between restart markers, up to the first other marker."""
    found, current, place = [], bytearray(), start
    while place < len(data):
        byte, after = data[place], data[place + 1 : place + 2]
        if byte != 0xFF:
            current.append(byte)
            place += 1
        elif after == b"\x00":
            current.append(byte)
            place += 2
        elif after and 0xD0 <= after[0] <= 0xD7:
            found.append(bytes(current))
            current, place = bytearray(), place + 2
        else:
            break
    return [*found, bytes(current)]


def _walk(header: Header, stretches: list[bytes]) -> None:
    most = [max(factors[axis] for factors in header.sampling.values()) for axis in (0, 1)]
    alone = len(header.tables) == 1
    steps = [8, 8] if alone else [8 * most[0], 8 * most[1]]
    units = -(-header.width // steps[0]) * -(-header.height // steps[1])
    if not header.restart and len(stretches) > 1:
        raise Flaw("restart where none is due")
    interval = header.restart or units
    for number in range(-(-units // interval)):
        if number >= len(stretches):
            raise Flaw("premature end")
        bits = Bits(stretches[number])
        for _ in range(min(interval, units - number * interval)):
            for name, steady, changing in header.tables:
                across, down = header.sampling[name]
                for _ in range(1 if alone else across * down):
                    _block(bits, header.codes[steady], header.codes[16 + changing])


def _block(bits: Bits, steady: dict, changing: dict) -> None:
    bits.take(bits.symbol(steady) & 15)
    place = 1
    while place < 64:
        symbol = bits.symbol(changing)
        run, size = symbol >> 4, symbol & 15
        if size:
            bits.take(size)
        elif run != 15:
            return
        place += run + 1
