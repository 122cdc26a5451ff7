internal import Linux

// Descriptors in the language of .proto files.
extension ServiceDescriptor {
  public var text: String {
    var text = "service \(name) {\n"
    for method in methods { text += "  " + method.text + "\n" }
    return text + "}"
  }
}

extension EnumDescriptor {
  public func text(indent: String = "") -> String {
    var text = indent + "enum \(name) {\n"
    for value in values { text += indent + "  \(value.name) = \(value.number);\n" }
    return text + indent + "}"
  }
}

extension MessageDescriptor {
  public func text(isProto3: Bool, indent: String = "") -> String {
    var text = indent + "message \(name) {\n"
    var shown = Set<Int>()
    for field in fields {
      if let index = field.oneof, !field.isProto3Optional, oneofs.indices.contains(index) {
        guard shown.insert(index).inserted else { continue }
        text += indent + "  oneof \(oneofs[index]) {\n"
        for other in fields where other.oneof == index {
          text += indent + "    \(other.typeText) \(other.name) = \(other.number);\n"
        }
        text += indent + "  }\n"
      } else {
        text += indent + "  " + line(field, isProto3) + "\n"
      }
    }
    for message in nested where !message.isMapEntry {
      text += message.text(isProto3: isProto3, indent: indent + "  ") + "\n"
    }
    for item in enums { text += item.text(indent: indent + "  ") + "\n" }
    return text + indent + "}"
  }

  private func line(_ field: FieldDescriptor, _ isProto3: Bool) -> String {
    if field.label == 3, let entry = nested.first(where: { $0.isMapEntry && field.isOf($0) }),
      entry.fields.count == 2
    {
      return "map<\(entry.fields[0].typeText), \(entry.fields[1].typeText)> \(field.name) = "
        + "\(field.number);"
    }
    let label: String
    switch field.label {
    case 3: label = "repeated "
    case 2: label = "required "
    default: label = field.isProto3Optional || !isProto3 ? "optional " : ""
    }
    return "\(label)\(field.typeText) \(field.name) = \(field.number);"
  }
}

extension FieldDescriptor {
  fileprivate func isOf(_ message: MessageDescriptor) -> Bool {
    typeName.hasSuffix("." + message.name)
  }
}
