internal import Box
internal import Linux
internal import Sorting
internal import Target

/// An open file to merge, by its descriptor.
struct LineReaderSource {
  let descriptor: Int32
  let display: String
}

/// Merges sorted files: of equal lines those of the first file come first.
struct SortMerge {
  private let order: LineOrder
  private let isUnique: Bool
  private let lineEnd: UInt8

  init(_ order: LineOrder, unique: Bool, lineEnd: UInt8) {
    self.order = order
    isUnique = unique
    self.lineEnd = lineEnd
  }

  func run(_ sources: [LineReaderSource], _ output: Output) throws(Failure) {
    var readers = sources.map { LineReader(File(owning: $0.descriptor), separator: lineEnd) }
    var lines: [UnsafeRawBufferPointer] = []
    // The readers that have lines left, by their next line: the first of the heap is the smallest.
    var heap: [Int] = []
    for index in sources.indices {
      let line = try next(readers[index], sources[index])
      lines.append(line ?? UnsafeRawBufferPointer(start: nil, count: 0))
      if line != nil {
        heap.append(index)
        rise(&heap, lines)
      }
    }
    var block = OutputBlock(output)
    var last: [UInt8]?
    while let first = heap.first, output.failure == nil {
      let line = lines[first]
      let isRepeated =
        isUnique
        && (last?.withUnsafeBytes { order.compare($0, line) == 0 } ?? false)
      if !isRepeated {
        block.line(line, lineEnd)
        if isUnique { last = Array(line) }
      }
      if let line = try next(readers[first], sources[first]) {
        lines[first] = line
      } else {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
      }
      sink(&heap, lines)
    }
    block.flush()
    readers = []
  }

  private func next(_ reader: LineReader, _ source: LineReaderSource) throws(Failure)
    -> UnsafeRawBufferPointer?
  {
    do throws(SystemError) {
      return try reader.next()
    } catch {
      throw .system(error.about(source.display), status: 2)
    }
  }

  private func precedes(_ a: Int, _ b: Int, _ lines: [UnsafeRawBufferPointer]) -> Bool {
    let order = order.compare(lines[a], lines[b])
    return order != 0 ? order < 0 : a < b
  }

  private func rise(_ heap: inout [Int], _ lines: [UnsafeRawBufferPointer]) {
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(heap[child], heap[parent], lines) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private func sink(_ heap: inout [Int], _ lines: [UnsafeRawBufferPointer]) {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if precedes(heap[child], heap[least], lines) { least = child }
      }
      if least == parent { return }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}

/// Says whether a file is sorted.
struct SortCheck {
  private let options: Sort
  private let order: LineOrder

  init(_ options: Sort, _ order: LineOrder) {
    self.options = options
    self.order = order
  }

  func run(_ operand: String, _ paths: Paths, _ context: inout Context) throws(Failure) {
    let source = try TextSource.openSource(operand, paths, status: 2)
    let reader = LineReader(File(owning: source.descriptor), separator: options.lineEnd)
    var last: [UInt8]?
    var number = 0
    while true {
      let line: UnsafeRawBufferPointer?
      do throws(SystemError) {
        line = try reader.next()
      } catch {
        throw .system(error.about(operand), status: 2)
      }
      guard let line else { return }
      number += 1
      if let last {
        let found = last.withUnsafeBytes { order.compare($0, line) }
        if found > 0 || (found == 0 && options.isUnique) {
          if options.check == .tells {
            context.note("\(operand):\(number): disorder: \(String(bytes: Array(line)))")
          }
          return context.fail(1)
        }
      }
      last = Array(line)
    }
  }
}
