internal import Box
internal import CLinux
internal import Linux
internal import Shell
internal import Target

/// Descriptors as they were before redirections.
struct SavedDescriptors {
  /// The descriptor and its copy; -1: it was closed.
  var list: [(descriptor: Int32, copy: Int32)] = []
}

extension Interpreter {
  /// Carries out redirections; false where one failed, which has been said.
  ///
  /// - Parameter keeps: for good, as `exec` does.
  func redirect(
    _ redirections: [Redirection], saving saved: inout SavedDescriptors, keeps: Bool = false
  ) throws(Unwind) -> Bool {
    for redirection in redirections {
      guard try redirect(redirection, &saved, keeps) else { return false }
    }
    return true
  }

  func restore(_ saved: inout SavedDescriptors) {
    for (descriptor, copy) in saved.list.reversed() {
      if copy < 0 {
        System.close(descriptor)
      } else {
        _ = System.duplicate(copy, to: descriptor)
        System.close(copy)
      }
    }
    saved.list = []
  }

  private func save(_ descriptor: Int32, _ saved: inout SavedDescriptors, _ keeps: Bool) {
    if descriptor == 1 { captures = 0 }
    guard !keeps, !saved.list.contains(where: { $0.descriptor == descriptor }) else { return }
    saved.list.append((descriptor, System.copyHigh(descriptor)))
  }

  private func redirect(
    _ redirection: Redirection, _ saved: inout SavedDescriptors, _ keeps: Bool
  ) throws(Unwind) -> Bool {
    var source: Int32
    var ownsSource = true
    var alsoErrors = false
    switch redirection.kind {
    case .hereDocument, .hereString:
      source = try hereFile(redirection)
    case .duplicateInput, .duplicateOutput:
      let target = try expandTarget(redirection)
      guard let target else { return false }
      if target.equals("-") {
        return close(redirection, &saved, keeps)
      }
      let moves = target.count > 1 && target.last == "-"
      let digits = moves ? target.piece(0, target.count - 1) : target
      if let number = digits.decimal, digits.allSatisfy({ $0.isDigit }) {
        source = Int32(clamping: number)
        ownsSource = false
        // What an in-process substitution collects is not what descriptor 1 leads to.
        if source == 1 { flushOutput() }
        guard System.isOpen(source) else {
          complain(digits + bytes(": ") + System.text(EBADF))
          return false
        }
        if moves {
          save(source, &saved, keeps)
          ownsSource = true
        }
      } else if redirection.kind == .duplicateOutput,
        !redirection.isExplicit || redirection.descriptor == 1
      {
        source = openFile(target, outputFlags(target, clobbers: false))
        alsoErrors = true
        guard report(source, target) else { return false }
      } else {
        complain(target, "bad file descriptor")
        return false
      }
    default:
      guard let target = try expandTarget(redirection) else { return false }
      source = open(redirection.kind, target)
      alsoErrors =
        redirection.kind == .both || redirection.kind == .bothAppend
        || redirection.kind == .bothClobber
      guard report(source, target) else { return false }
    }
    return try connect(source, redirection, &saved, keeps, ownsSource, alsoErrors)
  }

  /// Puts an open file in the place of the descriptor.
  private func connect(
    _ source: Int32, _ redirection: Redirection, _ saved: inout SavedDescriptors, _ keeps: Bool,
    _ ownsSource: Bool, _ alsoErrors: Bool
  ) throws(Unwind) -> Bool {
    if let variable = redirection.variable {
      // A descriptor of its own, which stays open.
      let copy = clinux_fcntl(source, F_DUPFD, 10)
      if ownsSource { System.close(source) }
      guard copy >= 0 else { return false }
      try assign(variable, Bytes(decimal: Int(copy)))
      return true
    }
    let descriptor = redirection.descriptor
    guard descriptor < 1 << 20 else {
      complain(Bytes(decimal: Int(descriptor)), "bad file descriptor")
      return false
    }
    if source != descriptor {
      save(descriptor, &saved, keeps)
      let error = System.duplicate(source, to: descriptor)
      guard error == 0 else {
        complain(Bytes(decimal: Int(descriptor)) + bytes(": ") + System.text(error))
        if ownsSource { System.close(source) }
        return false
      }
      if ownsSource { System.close(source) }
    } else if ownsSource {
      // It was closed before: it is to be closed again.
      if !keeps { saved.list.append((descriptor, -1)) }
      System.setCloseOnExec(descriptor, false)
    }
    if alsoErrors {
      save(2, &saved, keeps)
      _ = System.duplicate(descriptor, to: 2)
    }
    return true
  }

  private func close(
    _ redirection: Redirection, _ saved: inout SavedDescriptors, _ keeps: Bool
  ) -> Bool {
    if let variable = redirection.variable {
      if let number = value(variable)?.decimal { System.close(Int32(clamping: number)) }
      return true
    }
    save(redirection.descriptor, &saved, keeps)
    System.close(redirection.descriptor)
    return true
  }

  /// The target of a redirection; nil where it is not one word, which has been said.
  private func expandTarget(_ redirection: Redirection) throws(Unwind) -> Bytes? {
    let word = redirection.target
    if let literal = word.literal { return literal }
    if options.has(Options.posix) || interactive == nil { return try expandSingle(word) }
    let fields = try expand([word])
    if fields.count == 1 { return fields[0] }
    complain(word.source, "ambiguous redirect")
    return nil
  }

  private func report(_ descriptor: Int32, _ path: Bytes) -> Bool {
    if descriptor >= 0 { return true }
    if descriptor == -EEXIST, options.has(Options.noClobber) {
      complain(path, "cannot overwrite existing file")
    } else if descriptor != Int32.min {
      complain(path + bytes(": ") + System.text(-descriptor))
    }
    return false
  }

  private func outputFlags(_ path: Bytes, clobbers: Bool) -> Int32 {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC
    guard options.has(Options.noClobber), !clobbers else { return flags | O_TRUNC }
    if let status = System.status(path) {
      // Devices and FIFOs may be written to; a regular file is in the way, be it empty or not.
      return System.isRegular(status) ? flags | O_EXCL : flags
    }
    return flags | O_EXCL
  }

  private func open(_ kind: Redirection.Kind, _ path: Bytes) -> Int32 {
    switch kind {
    case .read: openFile(path, O_RDONLY | O_CLOEXEC)
    case .append, .bothAppend: openFile(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC)
    case .readWrite: openFile(path, O_RDWR | O_CREAT | O_CLOEXEC)
    case .clobber, .bothClobber: openFile(path, outputFlags(path, clobbers: true))
    default: openFile(path, outputFlags(path, clobbers: false))
    }
  }

  /// Opens a path by the funnel: targets, and the network of bash.
  ///
  /// - Returns: a descriptor, -errno, or Int32.min where the reason has been said.
  func openFile(_ path: Bytes, _ flags: Int32) -> Int32 {
    if path.starts("/dev/") {
      if path.starts("/dev/tcp/") || path.starts("/dev/udp/") { return openNetwork(path) }
      if path.starts("/dev/fd/"), let number = path.piece(8, path.count).decimal,
        System.status(path) == nil
      {
        let copy = System.copyHigh(Int32(clamping: number), least: 10)
        return copy < 0 ? -EBADF : copy
      }
    }
    guard isSpecial(path) else { return System.open(path, flags) }
    var mode = OpenMode(rawValue: flags & ~O_CLOEXEC)
    if flags & O_ACCMODE == O_RDONLY { mode = [] }
    do throws(Failure) {
      let place = try Paths(context).location(String(bytes: path))
      let file =
        flags & O_ACCMODE == O_RDONLY ? try place.openToRead() : try place.open(mode)
      return file.release()
    } catch {
      if let text = error.text { complain(text.bytes) }
      return Int32.min
    }
  }

  /// `/dev/tcp/HOST/PORT`.
  private func openNetwork(_ path: Bytes) -> Int32 {
    let fields = path.split(separator: "/").map { Bytes($0) }
    guard fields.count == 4, let port = fields[3].decimal, (1...65535).contains(port) else {
      return -ENOENT
    }
    return connect(fields[2], port, fields[1].equals("udp"))
  }

  // MARK: here-documents

  func hereText(_ redirection: Redirection) throws(Unwind) -> Bytes {
    if let document = redirection.hereDocument { return try expandSingle(document.body) }
    return try expandSingle(redirection.target) + bytes("\n")
  }

  /// A descriptor that gives the text: a pipe where it fits, else a file without a name.
  private func hereFile(_ redirection: Redirection) throws(Unwind) -> Int32 {
    let text = try hereText(redirection)
    if text.count <= 4096, let ends = System.pipe() {
      _ = System.writeAll(ends.write, text)
      System.close(ends.write)
      return ends.read
    }
    let file = System.memoryFile()
    guard file >= 0 else { throw fatal(bytes("memfd: ") + System.text(System.errno)) }
    let error = System.writeAll(file, text)
    guard error == 0 else {
      System.close(file)
      throw fatal(bytes("here-document: ") + System.text(error))
    }
    _ = lseek(file, 0, SEEK_SET)
    return file
  }
}
