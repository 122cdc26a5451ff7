internal import Linux

/// The applets of the box, family by family: a start makes only the lists it looks at.
public struct Registry {
  private let families: [() -> [Applet]]

  public init(_ families: [() -> [Applet]] = []) { self.families = families }

  /// The applet called `name`.
  public func named(_ name: String) -> Applet? {
    var name = name
    return name.withUTF8 { wanted in
      for family in families {
        let applets = family()
        // An applet is a large thing to copy.
        if let index = applets.indices.first(where: { applets[$0].name.isEqual(wanted) }) {
          return applets[index]
        }
      }
      return nil
    }
  }

  /// Every applet, in no order.
  public var all: [Applet] { families.flatMap { $0() } }

  /// As lists show them: in the order of the bytes of their names.
  public var sorted: [Applet] {
    let applets = all
    let names = applets.map { "\($0.name)" }
    return sortedIndices(applets.count) { names[$0].precedesBytewise(names[$1]) }
      .map { applets[$0] }
  }
}
