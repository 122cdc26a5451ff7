"""Reads .nettrace files a second time, by the format's description, to compare with what debugbox reads."""
import bisect
import struct


class Cursor:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def number(self):
        value = shift = 0
        while True:
            byte = self.take("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def text(self):
        end = self.at
        while self.data[end:end + 2] != b"\0\0":
            end += 2
        text = self.data[self.at:end].decode("utf-16-le")
        self.at = end + 2
        return text


def blocks(data):
    """Name and content of each object; the last one must be followed by the end of the file."""
    if data[:8] != b"Nettrace" or data[8:32] != b"\x14\0\0\0!FastSerialization.1":
        raise ValueError("not a trace")
    at = 32
    while data[at] != 1:
        tags, _, _, length = struct.unpack_from("<3siii", data, at)
        if tags != b"\x05\x05\x01":
            raise ValueError(f"no object at {at}")
        name = data[at + 15:at + 15 + length].decode()
        at += 15 + length + 1
        if name == "Trace":
            size = 48
        else:
            size = struct.unpack_from("<i", data, at)[0]
            at += 4
            at += -at % 4
        yield name, data[at:at + size]
        at += size
        if data[at] != 6:
            raise ValueError(f"no end of an object at {at}")
        at += 1
    if at + 1 != len(data):
        raise ValueError(f"{len(data) - at - 1} bytes behind the end")


def blobs(content):
    """Kind, stack, thread and payload of each event of a block."""
    cursor = Cursor(content)
    header, flags = cursor.take("hh")
    if not flags & 1:
        raise ValueError("not compressed")
    cursor.at = header
    kind = thread = stack = size = 0
    while cursor.at < len(content):
        flags = cursor.take("B")
        if flags & 1:
            kind = cursor.number() & 0x7FFFFFFF
        if flags & 2:
            cursor.number(), cursor.number(), cursor.number()
        if flags & 4:
            thread = cursor.number()
        if flags & 8:
            stack = cursor.number()
        cursor.number()
        cursor.at += 16 * (flags >> 4 & 1) + 16 * (flags >> 5 & 1)
        if flags & 128:
            size = cursor.number()
        yield kind, stack, thread, content[cursor.at:cursor.at + size]
        cursor.at += size


def described(content):
    """The kinds that a metadata block describes: number, and provider, id and name."""
    for _, _, _, payload in blobs(content):
        inner = Cursor(payload)
        number, provider, id, name = inner.take("i"), inner.text(), inner.take("i"), inner.text()
        yield number, (provider, id, name)


def events(data):
    """("stack", number, addresses), ("point",) and ("event", provider, id, name, stack, thread, payload)"""
    kinds = {}
    for block, content in blocks(data):
        if block == "StackBlock":
            cursor = Cursor(content)
            first, count = cursor.take("ii")
            for number in range(first, first + count):
                size = cursor.take("i")
                yield "stack", number, cursor.take(f"{size // 8}Q") if size > 8 else (cursor.take("Q"),) if size else ()
        elif block == "SPBlock":
            yield ("point",)
        elif block == "MetadataBlock":
            kinds.update(described(content))
        elif block == "EventBlock":
            for kind, stack, thread, payload in blobs(content):
                yield "event", *kinds.get(kind, ("", 0, "")), stack, thread, payload


def samples(data):
    """How often each method was innermost, and anywhere, in samples; and of how many."""
    methods, modules, stacks, sampled = {}, {}, {}, []
    for event in events(data):
        if event[0] == "stack":
            stacks[event[1]] = event[2]
        elif event[0] == "point":
            stacks = {}
        else:
            _, provider, id, _, stack, _, payload = event
            cursor = Cursor(payload)
            if provider == "Microsoft-DotNETCore-SampleProfiler" and id == 0:
                if stacks.get(stack):
                    sampled.append(stacks[stack])
            elif provider.endswith("Rundown") and id == 144 or provider.endswith("DotNETRuntime") and id == 143:
                _, module, start, size, _, _ = cursor.take("QQQIII")
                space, name, signature = cursor.text(), cursor.text(), cursor.text()
                if size:
                    methods[start] = size, module, f"{space}.{name}" if space else name, signature[signature.find("("):]
            elif provider.endswith("Rundown") and id in (153, 154) or provider.endswith("DotNETRuntime") and id == 152:
                module = cursor.take("QQII")[0]
                modules[module] = cursor.text().rsplit("/", 1)[-1].removesuffix(".dll")
    starts = sorted(methods)

    def name(address):
        index = bisect.bisect_right(starts, address) - 1
        if index < 0 or address >= starts[index] + methods[starts[index]][0]:
            return hex(address)
        _, module, method, parameters = methods[starts[index]]
        return f"{modules[module]}!{method}{parameters}" if modules.get(module) else method + parameters

    exclusive, inclusive = {}, {}
    for stack in sampled:
        names = [name(address) for address in stack]
        exclusive[names[0]] = exclusive.get(names[0], 0) + 1
        for method in set(names):
            inclusive[method] = inclusive.get(method, 0) + 1
    return exclusive, inclusive, len(sampled)
