/// The indices of `count` things in ascending order, stable.
///
/// Sorting indices keeps one copy of the sort in the binary, where sorting the things themselves
/// compiles one of 8 KB for every type.
@inline(never)
public func sortedIndices(_ count: Int, _ precedes: (Int, Int) -> Bool) -> [Int] {
  var indices = Array(0..<count)
  indices.sort { a, b in precedes(a, b) || (a < b && !precedes(b, a)) }
  return indices
}
