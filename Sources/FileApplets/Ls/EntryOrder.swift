internal import Linux
internal import Report

extension Listing {
  /// In the order asked for; names decide between equals.
  func ordered(_ entries: [FileEntry]) -> [FileEntry] {
    // GNU groups nothing where nothing is sorted.
    guard plan.order != .none else { return entries }
    let isReverse = plan.options.isReverse
    let foldersFirst = plan.options.foldersFirst
    if plan.order == .name, !foldersFirst {
      let sorted = entries.sorted { compareBytes($0.bytes, $1.bytes) < 0 }
      return isReverse ? sorted.reversed() : sorted
    }
    return entries.sorted { a, b in
      if foldersFirst, a.leadsToFolder != b.leadsToFolder { return a.leadsToFolder }
      let order = compare(a, b)
      return isReverse ? order > 0 : order < 0
    }
  }

  private func compare(_ a: FileEntry, _ b: FileEntry) -> Int {
    let primary: Int =
      switch plan.order {
      case .name, .none: 0
      case .size: signum(b.status?.size ?? 0, a.status?.size ?? 0)
      case .time: newerFirst(a.instant(plan.stamp), b.instant(plan.stamp))
      case .width:
        signum(columns(plan.quoting.quoted(a.name)), columns(plan.quoting.quoted(b.name)))
      case .fileExtension: compareBytes(fileExtension(a.bytes), fileExtension(b.bytes))
      case .version: compareVersions(a.bytes, b.bytes)
      }
    return primary != 0 ? primary : compareBytes(a.bytes, b.bytes)
  }

  private func signum(_ a: Int, _ b: Int) -> Int { a < b ? -1 : a > b ? 1 : 0 }

  private func newerFirst(_ a: Instant?, _ b: Instant?) -> Int {
    guard let a, let b else { return a == nil ? (b == nil ? 0 : 1) : -1 }
    return b < a ? -1 : a < b ? 1 : 0
  }

  /// From the last dot on; nothing where there is none.
  private func fileExtension(_ name: [UInt8]) -> ArraySlice<UInt8> {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return [] }
    return name[dot...]
  }
}

/// Names with numbers by their value, as coreutils manual, "Version sort ordering", rules them.
func compareVersions(_ a: [UInt8], _ b: [UInt8]) -> Int {
  if a == b { return 0 }
  for special in [[], [UInt8(ascii: ".")], [UInt8(ascii: "."), UInt8(ascii: ".")]] {
    if a == special { return -1 }
    if b == special { return 1 }
  }
  let dot = UInt8(ascii: ".")
  if (a.first == dot) != (b.first == dot) { return a.first == dot ? -1 : 1 }
  let isDotted = a.first == dot
  let strippedA = (isDotted ? a[1...] : a[...])
  let strippedB = (isDotted ? b[1...] : b[...])
  let headA = withoutSuffix(strippedA)
  let headB = withoutSuffix(strippedB)
  let order = compareRuns(headA, headB)
  if order != 0 { return order }
  return compareRuns(strippedA, strippedB)
}

/// Without a tail such as `.tar.gz`: parts of a dot, a letter or `~`, then letters, digits and `~`.
private func withoutSuffix(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var cut = name.endIndex
  var index = name.endIndex
  while index > name.startIndex {
    var start = index
    while start > name.startIndex, isAlphanumeric(name[start - 1]) || name[start - 1] == tilde {
      start -= 1
    }
    guard start > name.startIndex, start < index, name[start - 1] == UInt8(ascii: "."),
      !isDigit(name[start])
    else { break }
    index = start - 1
    if index == name.startIndex { break }
    cut = index
  }
  return name[..<cut]
}

/// Runs of no digits by letters before all else and `~` before the end, runs of digits by value.
private func compareRuns(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
  var a = a
  var b = b
  while !a.isEmpty || !b.isEmpty {
    while (a.first.map { !isDigit($0) } ?? false) || (b.first.map { !isDigit($0) } ?? false) {
      let x = weight(a.first)
      let y = weight(b.first)
      if x != y { return x - y }
      a = a.dropFirst()
      b = b.dropFirst()
    }
    a = a.drop { $0 == 0x30 }
    b = b.drop { $0 == 0x30 }
    let numberA = a.prefix { isDigit($0) }
    let numberB = b.prefix { isDigit($0) }
    if numberA.count != numberB.count { return numberA.count - numberB.count }
    let order = compareBytes(numberA, numberB)
    if order != 0 { return order }
    a = a.dropFirst(numberA.count)
    b = b.dropFirst(numberB.count)
  }
  return 0
}

private let tilde = UInt8(ascii: "~")

private func weight(_ byte: UInt8?) -> Int {
  guard let byte else { return -1 }
  if isDigit(byte) { return 0 }
  if isAlphanumeric(byte) { return Int(byte) }
  return byte == tilde ? -2 : Int(byte) + 256
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
}
