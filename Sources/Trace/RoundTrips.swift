internal import Linux

/// Round trip times of many packets: what ping, fping, mtr and probe sum up. In seconds.
public struct RoundTrips: Sendable {
  public private(set) var count = 0
  public private(set) var least = Double.infinity
  public private(set) var most = 0.0
  public private(set) var last = 0.0
  public private(set) var sum = 0.0
  private var squares = 0.0
  /// Sum of logarithms, for the geometric mean.
  private var logarithms = 0.0
  /// The difference to the time before, and what mtr makes of it.
  public private(set) var jitter = 0.0
  public private(set) var jitterSum = 0.0
  public private(set) var jitterMost = 0.0
  /// Smoothed as RFC 1889 says for the jitter between arrivals.
  public private(set) var jitterSmooth = 0.0

  public init() {}

  public mutating func add(_ seconds: Double) {
    if count > 0 {
      jitter = abs(seconds - last)
      jitterSum += jitter
      jitterMost = max(jitterMost, jitter)
      // In whole microseconds, rounded as the RFC's own code does.
      let smooth = (jitterSmooth * 1e6).rounded()
      jitterSmooth = (smooth + jitter * 1e6 - ((smooth + 8) / 16).rounded(.down)) / 1e6
    }
    count += 1
    last = seconds
    sum += seconds
    squares += seconds * seconds
    logarithms += naturalLogarithm(max(seconds, 1e-9))
    least = min(least, seconds)
    most = max(most, seconds)
  }

  public var mean: Double { count == 0 ? 0 : sum / Double(count) }
  public var best: Double { count == 0 ? 0 : least }
  public var meanJitter: Double { count == 0 ? 0 : jitterSum / Double(count) }
  public var geometricMean: Double {
    count == 0 ? 0 : exponential(logarithms / Double(count))
  }

  /// Of the whole population, as ping's mdev.
  public var deviation: Double {
    guard count > 0 else { return 0 }
    return max(0, squares / Double(count) - mean * mean).squareRoot()
  }

  /// Of a sample, as mtr's StDev.
  public var sampleDeviation: Double {
    guard count > 1 else { return 0 }
    let spread = squares - Double(count) * mean * mean
    return max(0, spread / Double(count - 1)).squareRoot()
  }
}
