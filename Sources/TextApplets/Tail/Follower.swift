internal import Box
internal import Linux
internal import Target

/// A file that is followed.
private final class Followed {
  let operand: String
  let place: Location?
  var file: File?
  var status: FileStatus?
  var position = 0
  var sink: TextSink
  /// Whether the kernel tells when it changes.
  var isWatched = false
  /// What was said last about why it cannot be opened.
  var complaint: String?
  var isGivenUp = false
  /// A pipe on standard input ends for good.
  let isInput: Bool

  init(_ operand: String, _ place: Location?, _ context: Context) {
    self.operand = operand
    self.place = place
    isInput = operand == "-"
    sink = TextSink(context, isForeign: place?.isForeign ?? false)
  }

  var display: String { isInput ? "standard input" : operand }
  var hasFile: Bool { status != nil }

  func close() {
    file = nil
    status = nil
    isWatched = false
  }
}

/// Writes the ends of files one after the other, then what is added to any of them.
struct Follower {
  private let options: Tail
  var context: Context
  private var followed: [Followed] = []
  private let watch: Watch?
  private let showsNames: Bool
  /// The file whose text was written last.
  private var current: Int?

  init(_ options: Tail, _ operands: [String], _ context: Context) {
    self.options = options
    self.context = context
    showsNames = options.headers ?? (operands.count > 1)
    watch = options.follow == nil ? nil : Watch()
    let paths = Paths(context)
    for operand in operands {
      var place: Location?
      do throws(Failure) {
        if operand != "-" { place = try paths.location(operand) }
      } catch {
        self.context.report(error)
        continue
      }
      followed.append(Followed(operand, place, context))
    }
  }

  /// The last lines of each file.
  mutating func start() {
    let options = options
    for index in followed.indices {
      let item = followed[index]
      do throws(Failure) {
        try open(item)
        announce(index)
        try Self.told(item) { (item: Followed) throws(SystemError) in
          try Self.withFile(item) { (file, sink) throws(SystemError) in
            try options.writeEnd(file, &sink)
          }
        }
        settle(item)
      } catch {
        context.report(error)
        item.complaint = error.text
        let isMissing = !item.hasFile
        item.close()
        if !options.retries || !isMissing { item.isGivenUp = true }
      }
      if context.output.failure != nil { return }
      if options.follow == nil { item.close() }
    }
  }

  /// Prints what is added, until nothing can be any more.
  mutating func follow() throws(Failure) {
    guard let watch else { return }
    while context.output.failure == nil {
      let isLastRound = !options.pids.isEmpty && options.pids.allSatisfy { !Self.isAlive($0) }
      for index in followed.indices { look(index) }
      context.output.flush()
      if followed.allSatisfy({ $0.isGivenUp }) {
        if followed.allSatisfy({ $0.isInput }), !followed.isEmpty { return }
        throw .message("no files remaining")
      }
      if isLastRound { return }
      switch watch.wait(seconds: pause) {
      case .changed, .timeout: continue
      case .readerGone: return
      case .signal(let number): throw .quiet(128 + number)
      }
    }
  }

  /// Some file systems never tell: even watched files are looked at now and then.
  private var pause: Double {
    let isWatched = followed.allSatisfy { $0.isGivenUp || $0.isWatched }
    return isWatched && options.pids.isEmpty ? max(options.interval, 5) : options.interval
  }

  private func open(_ item: Followed) throws(Failure) {
    let file = try opened(item)
    item.status = try attempt { () throws(SystemError) in try file.status() }
    item.file = consume file
    item.position = 0
    guard options.follow != nil else { return }
    item.isWatched = watches(item)
  }

  private func opened(_ item: Followed) throws(Failure) -> File {
    if let place = item.place { return try place.openToRead() }
    return try attempt { () throws(SystemError) in try File.standardInput() }
  }

  private func watches(_ item: Followed) -> Bool {
    guard let watch, let place = item.place, !place.isForeign, place.root?.isOwn ?? false else {
      return false
    }
    if options.follow == .descriptor { return watch.add(item.operand) }
    let isWatched = watch.add(Link.folder(of: item.operand))
    return watch.add(item.operand) && isWatched
  }

  /// After the first part of a file was written.
  private func settle(_ item: Followed) {
    guard options.follow != nil else { return }
    if item.status?.kind == .regular {
      Self.peek(item) { file in item.position = (try? file.seek(to: 0, .current)) ?? 0 }
    } else if item.isInput, item.status?.kind == .fifo {
      item.isGivenUp = true
    } else {
      Self.peek(item) { file in try? file.setBlocking(false) }
      item.isWatched = false
    }
  }

  private mutating func look(_ index: Int) {
    let item = followed[index]
    if item.isGivenUp { return }
    do throws(Failure) {
      if options.follow == .name, !item.isInput { try lookAtName(item) }
      guard item.hasFile else { return }
      try Self.told(item) { (item: Followed) throws(SystemError) in try lookAtFile(item, index) }
    } catch {
      if let errno = error.errno, errno == .wouldBlock { return }
      context.report(error)
      item.close()
      item.isGivenUp = !options.retries
    }
  }

  /// Whether the name still leads to the file that is open, and what is new about that.
  private mutating func lookAtName(_ item: Followed) throws(Failure) {
    guard let place = item.place else { return }
    let found: FileStatus
    do throws(Failure) {
      found = try place.status(follow: true)
    } catch {
      return lost(item, error)
    }
    if let status = item.status, status.isSame(as: found) { return }
    let isNew = !item.hasFile
    if !isNew { drain(item) }
    item.close()
    do throws(Failure) {
      try open(item)
    } catch {
      return lost(item, error)
    }
    settle(item)
    item.complaint = nil
    context.note(
      item.display + (isNew ? ": has appeared" : ": has been replaced") + "; following new file")
  }

  private mutating func lost(_ item: Followed, _ failure: Failure) {
    if item.hasFile { drain(item) }
    item.close()
    let text = failure.text ?? item.display
    if let complaint = item.complaint, complaint.sameBytes(as: text) { return }
    item.complaint = text
    if options.retries {
      context.note(text + "; waiting for it")
    } else {
      context.report(failure)
      item.isGivenUp = true
    }
  }

  /// What was still written to a file before its name went to another.
  private mutating func drain(_ item: Followed) {
    guard let index = followed.firstIndex(where: { $0 === item }) else { return }
    do throws(SystemError) { try lookAtFile(item, index) } catch { context.report(.system(error)) }
  }

  private mutating func lookAtFile(_ item: Followed, _ index: Int) throws(SystemError) {
    var status = item.status
    Self.peek(item) { file in status = try? file.status() }
    guard let status else { return }
    if status.kind == .regular {
      if status.size < item.position {
        context.note(item.display + ": file truncated")
        Self.peek(item) { file in _ = try? file.seek(to: 0) }
        item.position = 0
      }
      guard status.size > item.position else { return }
      announce(index)
    }
    let options = options
    try Self.withFile(item) { (file, sink) throws(SystemError) in
      try options.copyRest(file, &sink)
    }
    if status.kind == .regular {
      Self.peek(item) { file in item.position = (try? file.seek(to: 0, .current)) ?? item.position }
    }
  }

  private mutating func announce(_ index: Int) {
    guard showsNames, current != index else { return }
    let isFirst = current == nil
    current = index
    context.output.write(
      (isFirst ? "" : "\n") + "==> " + Sanitize.escaped(followed[index].display) + " <==\n")
  }

  private static func told(
    _ item: Followed, _ body: (Followed) throws(SystemError) -> Void
  ) throws(Failure) {
    do throws(SystemError) {
      try body(item)
    } catch {
      throw .system(error.about(item.display))
    }
  }

  /// Lends the open file out; nothing happens where none is open.
  private static func withFile(
    _ item: Followed, _ body: (borrowing File, inout TextSink) throws(SystemError) -> Void
  ) throws(SystemError) {
    guard let file = item.file.take() else { return }
    var sink = item.sink
    do throws(SystemError) {
      try body(file, &sink)
    } catch {
      item.file = consume file
      throw error
    }
    item.sink = sink
    item.file = consume file
  }

  private static func peek(_ item: Followed, _ body: (borrowing File) -> Void) {
    guard let file = item.file.take() else { return }
    body(file)
    item.file = consume file
  }

  /// Whether the process exists, even if it is not ours to signal.
  private static func isAlive(_ pid: Int32) -> Bool {
    do throws(SystemError) {
      try Signal(0).send(to: pid)
      return true
    } catch {
      return error.errno != .noProcess
    }
  }
}
