internal import Box
internal import Linux
internal import Netlink

// What stands behind the addresses of a socket: owners, timers, and what the kernel knows of it.
extension SsReport {
  func writeDetails(_ record: SocketRecord, _ text: TextBuffer) {
    if view.processes { writeOwners(record.inode, text) }
    if view.timers || view.extended, record.timer != 0 { writeTimer(record, text) }
    guard list.keepsDetails else { return }
    list.with(record.details) { bytes in
      if record.kind.isInternet {
        writeInternet(record, bytes, text)
      } else if record.kind.isUnix {
        writeUnix(record, bytes, text)
      } else if view.extended {
        text.append(" <->")
      }
    }
  }

  private func writeOwners(_ inode: UInt32, _ text: TextBuffer) {
    let found = inode == 0 ? [] : owners[inode]
    if found.isEmpty { return }
    text.append(" users:(")
    // The last that was found comes first.
    for (index, owner) in found.reversed().enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append("(\"")
      text.append(text: Sanitize.escaped(owners.name(of: owner)))
      text.append("\",pid=")
      _ = text.append(Int(owner.pid))
      text.append(",fd=")
      _ = text.append(Int(owner.descriptor))
      text.append(UInt8(ascii: ")"))
    }
    text.append(UInt8(ascii: ")"))
  }

  private func writeTimer(_ record: SocketRecord, _ text: TextBuffer) {
    text.append(" timer:(")
    text.append(Self.timerName(record.timer))
    text.append(UInt8(ascii: ","))
    writeSpan(record.expires, text)
    text.append(UInt8(ascii: ","))
    _ = text.append(Int(record.retransmits))
    text.append(UInt8(ascii: ")"))
  }

  static func timerName(_ timer: UInt8) -> StaticString {
    switch timer {
    case 0: "off"
    case 1: "on"
    case 2: "keepalive"
    case 3: "timewait"
    case 4: "persist"
    default: "unknown"
    }
  }

  /// `1min30sec`, `59sec`, `4.200ms` for 4.2 seconds, `944ms`.
  private func writeSpan(_ milliseconds: UInt32, _ text: TextBuffer) {
    let seconds = Int(milliseconds / 1000)
    var rest = Int(milliseconds % 1000)
    if seconds >= 60 {
      _ = text.append(seconds / 60)
      text.append("min")
      rest = 0
    }
    if seconds % 60 > 0 {
      if seconds > 9 { rest = 0 }
      _ = text.append(seconds % 60)
      if rest > 0 { text.append(UInt8(ascii: ".")) } else { text.append("sec") }
    }
    if rest > 0 || milliseconds == 0 {
      _ = text.append(rest, places: 3)
      text.append("ms")
    }
  }

  private func writeInternet(
    _ record: SocketRecord, _ bytes: UnsafeRawBufferPointer, _ text: TextBuffer
  ) {
    if view.extended { writeIdentity(record, bytes, text) }
    if view.cgroup, !view.extended { writeCgroup(bytes, text) }
    if view.extended {
      if record.v6Only != 255, record.isV6, record.kind.isInternet {
        text.append(" v6only:")
        _ = text.append(Int(record.v6Only))
      }
      if record.state != SocketState.timeWait { writeDirections(record.shutdown, text) }
    }
    if view.service { writeService(bytes, text) }
    if view.socketOptions { writeOptions(bytes, text) }
    guard view.hasSecondLine else { return }
    text.append(view.oneLine ? "" : "\n\t")
    if view.memory { writeMemory(Attributes.first(InetAttribute.memory, in: bytes), text) }
    if view.info, record.kind == .tcp {
      SsInfoWriter(
        text, isNumeric: view.isNumeric, isListening: record.state == SocketState.listen,
        withOptions: view.timers || view.extended
      )
      .write(bytes)
    }
  }

  private func writeIdentity(
    _ record: SocketRecord, _ bytes: UnsafeRawBufferPointer, _ text: TextBuffer
  ) {
    if record.uid != 0 {
      text.append(" uid:")
      _ = text.append(Int(record.uid))
    }
    text.append(" ino:")
    _ = text.append(Int(record.inode))
    text.append(" sk:")
    text.append(hexadecimal: record.cookie)
    if let mark = Attributes.first(InetAttribute.mark, in: bytes)?.word(0), mark != 0 {
      text.append(" fwmark:0x")
      text.append(hexadecimal: UInt64(mark))
    }
    writeCgroup(bytes, text)
  }

  private func writeCgroup(_ bytes: UnsafeRawBufferPointer, _ text: TextBuffer) {
    guard let id = Attributes.first(InetAttribute.cgroup, in: bytes)?.long(0) else { return }
    text.append(" cgroup:")
    if let path = cgroups.path(id) {
      text.append(text: Sanitize.escaped(path))
    } else {
      text.append("unreachable:")
      text.append(hexadecimal: id)
    }
  }

  /// ` <->`: an arrow is missing where that direction was shut down.
  private func writeDirections(_ shutdown: UInt8, _ text: TextBuffer) {
    if shutdown == 255 { return }
    text.append(UInt8(ascii: " "))
    text.append(shutdown & 1 == 0 ? UInt8(ascii: "<") : UInt8(ascii: "-"))
    text.append(UInt8(ascii: "-"))
    text.append(shutdown & 2 == 0 ? UInt8(ascii: ">") : UInt8(ascii: "-"))
  }

  private func writeService(_ bytes: UnsafeRawBufferPointer, _ text: TextBuffer) {
    let parts: [(number: Int, name: StaticString, isByte: Bool)] = [
      (InetAttribute.service, " tos:", true), (InetAttribute.trafficClass, " tclass:", true),
      (InetAttribute.classID, " class_id:", false),
    ]
    for part in parts {
      guard let value = Attributes.first(part.number, in: bytes) else { continue }
      text.append(part.name)
      text.append(hexadecimal: part.isByte ? UInt64(value.byte(0)) : UInt64(value.word(0)))
    }
  }

  private func writeOptions(_ bytes: UnsafeRawBufferPointer, _ text: TextBuffer) {
    guard let value = Attributes.first(InetAttribute.options, in: bytes) else { return }
    let names: [StaticString] = [
      "recverr", "is_icsk", "freebind", "hdrincl", "mc_loop", "transparent", "mc_all", "nodefrag",
      "bind_addr_no_port", "recverr_rfc4884", "defer_connect",
    ]
    text.append(view.oneLine ? " inet-sockopt: (" : "\n\tinet-sockopt: (")
    let set = UInt32(value.byte(0)) | UInt32(value.byte(1)) << 8
    for (bit, name) in names.enumerated() where set >> UInt32(bit) & 1 != 0 {
      text.append(UInt8(ascii: " "))
      text.append(name)
    }
    text.append(UInt8(ascii: ")"))
  }

  private func writeMemory(_ fields: Fields?, _ text: TextBuffer) {
    guard let fields, fields.has(0, 32) else { return }
    let names: [StaticString] = [
      " skmem:(r", ",rb", ",t", ",tb", ",f", ",w", ",o", ",bl", ",d",
    ]
    for (index, name) in names.enumerated() where fields.has(index * 4, 4) {
      text.append(name)
      _ = text.append(Int(fields.word(index * 4)))
    }
    text.append(UInt8(ascii: ")"))
  }

  private func writeUnix(
    _ record: SocketRecord, _ bytes: UnsafeRawBufferPointer, _ text: TextBuffer
  ) {
    if view.extended {
      if record.uid != 0 {
        text.append(" uid:")
        _ = text.append(Int(record.uid))
      }
      writeDirections(record.shutdown, text)
      if let file = Attributes.first(UnixAttribute.file, in: bytes) {
        let device = file.word(4)
        text.append(" ino:")
        _ = text.append(Int(file.word(0)))
        text.append(" dev:")
        // The kernel's own form of the number, taken for that of the C library: so it is known.
        _ = text.append(Int(device >> 8 & 0xFFF))
        text.append(UInt8(ascii: "/"))
        _ = text.append(Int(device & 0xFF | device >> 12 & 0xFFF00))
      }
      if let pending = Attributes.first(UnixAttribute.pending, in: bytes) {
        text.append(" peers:")
        for index in 0..<(pending.count / 4) {
          text.append(UInt8(ascii: " "))
          _ = text.append(Int(pending.word(index * 4)))
        }
      }
    }
    if view.memory { writeMemory(Attributes.first(UnixAttribute.memory, in: bytes), text) }
  }
}
