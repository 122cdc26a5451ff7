/// Writes commands as the shell would read them again, for `typeset -f`, `type` and `jobs`.
public struct Unparser {
  private var text: Bytes = []
  private var indent = 0
  /// Here-documents whose bodies come after the line.
  private var documents: [HereDocument] = []
  private let inline: Bool

  private init(inline: Bool) { self.inline = inline }

  /// On one line.
  public static func text(_ list: List) -> Bytes {
    var unparser = Unparser(inline: true)
    unparser.add(list)
    return unparser.text
  }

  public static func text(_ list: AndOr) -> Bytes {
    var unparser = Unparser(inline: true)
    unparser.add(list)
    return unparser.text
  }

  public static func text(_ pipeline: Pipeline) -> Bytes {
    var unparser = Unparser(inline: true)
    unparser.add(pipeline)
    return unparser.text
  }

  public static func text(_ command: CommandNode) -> Bytes {
    var unparser = Unparser(inline: true)
    unparser.add(command)
    return unparser.text
  }

  public static func text(_ expression: TestExpression) -> Bytes {
    var unparser = Unparser(inline: true)
    unparser.add(expression)
    return unparser.text
  }

  /// A function as bash prints it: over several lines.
  public static func definition(_ function: FunctionDefinition) -> Bytes {
    var unparser = Unparser(inline: false)
    unparser.text = function.symbol.name
    unparser.text.put(" () \n")
    if case .group = function.body.body {
      unparser.add(function.body)
    } else {
      unparser.text.put("{ \n")
      unparser.indent = 1
      unparser.margin()
      unparser.add(function.body)
      unparser.newline()
      unparser.indent = 0
      unparser.text.put("}")
    }
    unparser.newline()
    return unparser.text
  }

  private mutating func margin() {
    for _ in 0..<indent { text.put("    ") }
  }

  private mutating func newline() {
    text.append("\n")
    for document in documents {
      text += document.source
      text += document.delimiter
      text.append("\n")
    }
    documents = []
  }

  /// Between two commands.
  private mutating func separate() {
    if inline {
      text.append(" ")
    } else {
      newline()
      margin()
    }
  }

  private mutating func add(_ list: List) {
    for (index, item) in list.items.enumerated() {
      add(item.command)
      if item.isAsynchronous {
        text.put(" &")
      } else if index < list.items.count - 1 || !inline {
        if index < list.items.count - 1 { text.append(";") }
      }
      if index < list.items.count - 1 { separate() }
    }
  }

  /// Commands on lines of their own between two reserved words.
  private mutating func block(_ list: List) {
    if inline {
      text.append(" ")
      add(list)
      if list.items.last?.isAsynchronous != true { text.append(";") }
      text.append(" ")
      return
    }
    indent += 1
    separate()
    add(list)
    indent -= 1
    if list.items.last?.isAsynchronous != true, indent >= 1 { text.append(";") }
    separate()
  }

  private mutating func add(_ list: AndOr) {
    add(list.first)
    for tail in list.rest {
      text.put(tail.isAnd ? " && " : " || ")
      add(tail.pipeline)
    }
  }

  private mutating func add(_ pipeline: Pipeline) {
    if pipeline.timing != nil { text.put(pipeline.timing == .posix ? "time -p " : "time ") }
    if pipeline.isNegated { text.put("! ") }
    for (index, command) in pipeline.commands.enumerated() {
      if index > 0 { text.put(" | ") }
      add(command)
    }
  }

  private mutating func add(_ command: CommandNode) {
    add(command.body)
    var isFirst = text.isEmpty
    for redirection in command.redirections {
      if !isFirst { text.append(" ") }
      isFirst = false
      add(redirection)
    }
  }

  private mutating func add(_ body: CommandNode.Body) {
    switch body {
    case .simple(let simple): add(simple)
    case .group(let list):
      text.put("{")
      if !inline { text.append(" ") }
      block(list)
      text.put("}")
    case .subshell(let list):
      text.put("( ")
      add(list)
      text.put(" )")
    case .conditional(let clause): add(clause)
    case .loop(let loop):
      text.put(loop.isUntil ? "until " : "while ")
      add(loop.condition)
      text.put("; do")
      block(loop.body)
      text.put("done")
    case .forEach(let clause): add("for ", clause)
    case .select(let clause): add("select ", clause)
    case .forArithmetic(let clause):
      text.put("for ((")
      text += clause.start.word.source
      text.put("; ")
      text += clause.condition.word.source
      text.put("; ")
      text += clause.step.word.source
      text.put("))")
      separate()
      text.put("do")
      block(clause.body)
      text.put("done")
    case .choice(let clause): add(clause)
    case .function(let definition):
      if definition.hasKeyword { text.put("function ") }
      text += definition.symbol.name
      text.put(definition.hasKeyword ? " " : "() ")
      if inline { text.append(" ") } else { separate() }
      add(definition.body)
    case .test(let expression):
      text.put("[[ ")
      add(expression)
      text.put(" ]]")
    case .arithmetic(let expression):
      text.put("((")
      text += expression.word.source
      text.put("))")
    }
  }

  private mutating func add(_ simple: SimpleCommand) {
    var isFirst = true
    func space(_ text: inout Bytes) {
      if !isFirst { text.append(" ") }
      isFirst = false
    }
    for assignment in simple.assignments {
      space(&text)
      add(assignment)
    }
    for word in simple.words {
      space(&text)
      text += word.source
    }
  }

  private mutating func add(_ assignment: Assignment) {
    text += assignment.symbol.name
    if let index = assignment.index {
      text.append("[")
      text += index.source
      text.append("]")
    }
    text.put(assignment.isAppend ? "+=" : "=")
    switch assignment.value {
    case .text(let word): text += word.source
    case .list(let elements):
      text.append("(")
      for (index, element) in elements.enumerated() {
        if index > 0 { text.append(" ") }
        if let key = element.key {
          text.append("[")
          text += key.source
          text.put(element.isAppend ? "]+=" : "]=")
        }
        text += element.value.source
      }
      text.append(")")
    }
  }

  private mutating func add(_ redirection: Redirection) {
    if let variable = redirection.variable {
      text.append("{")
      text += variable.name
      text.append("}")
    } else if redirection.isExplicit {
      text.append(decimal: Int(redirection.descriptor))
    }
    switch redirection.kind {
    case .read: text.put("< ")
    case .write: text.put("> ")
    case .append: text.put(">> ")
    case .clobber: text.put(">| ")
    case .readWrite: text.put("<> ")
    case .duplicateInput: text.put("<&")
    case .duplicateOutput: text.put(">&")
    case .hereString: text.put("<<< ")
    case .both: text.put("&> ")
    case .bothClobber: text.put("&>| ")
    case .bothAppend: text.put("&>> ")
    case .hereDocument:
      text.put(redirection.hereDocument?.stripsTabs == true ? "<<-" : "<<")
      if let document = redirection.hereDocument { documents.append(document) }
    }
    text += redirection.target.source
  }

  private mutating func add(_ clause: IfClause) {
    for (index, branch) in clause.branches.enumerated() {
      text.put(index == 0 ? "if " : "elif ")
      add(branch.condition)
      text.put("; then")
      block(branch.body)
    }
    if let otherwise = clause.otherwise {
      text.put("else")
      block(otherwise)
    }
    text.put("fi")
  }

  private mutating func add(_ keyword: StaticString, _ clause: ForClause) {
    text.put(keyword)
    text += clause.variable.name
    if let words = clause.words {
      text.put(" in")
      for word in words {
        text.append(" ")
        text += word.source
      }
    }
    text.append(";")
    separate()
    text.put("do")
    block(clause.body)
    text.put("done")
  }

  private mutating func add(_ clause: CaseClause) {
    text.put("case ")
    text += clause.subject.source
    text.put(" in ")
    indent += 1
    for branch in clause.branches {
      separate()
      for (index, pattern) in branch.patterns.enumerated() {
        if index > 0 { text.put(" | ") }
        text += pattern.source
      }
      text.put(")")
      indent += 1
      if !branch.body.items.isEmpty {
        separate()
        add(branch.body)
      }
      indent -= 1
      separate()
      switch branch.ending {
      case .stop: text.put(";;")
      case .fallThrough: text.put(";&")
      case .testNext: text.put(";;&")
      }
    }
    indent -= 1
    separate()
    text.put("esac")
  }

  private mutating func add(_ expression: TestExpression) {
    switch expression {
    case .word(let word): text += word.source
    case .unary(let operation, let word): text += operation + bytes(" ") + word.source
    case .binary(let operation, let left, let right):
      text += left.source + bytes(" ") + operation + bytes(" ") + right.source
    case .not(let inner):
      text.put("! ")
      add(inner)
    case .and(let left, let right):
      add(left)
      text.put(" && ")
      add(right)
    case .or(let left, let right):
      add(left)
      text.put(" || ")
      add(right)
    case .group(let inner):
      text.put("( ")
      add(inner)
      text.put(" )")
    }
  }
}
