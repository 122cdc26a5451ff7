import Testing

@testable import Zlib
