#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// System calls whose names are also names of methods here.
enum Platform {
    #if canImport(Glibc)
        static func read(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
            Glibc.read(file, buffer.baseAddress, buffer.count)
        }
        static func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
            Glibc.write(file, bytes.baseAddress, bytes.count)
        }
        static func close(_ file: Int32) -> Int32 { Glibc.close(file) }
    #else
        static func read(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
            Darwin.read(file, buffer.baseAddress, buffer.count)
        }
        static func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
            Darwin.write(file, bytes.baseAddress, bytes.count)
        }
        static func close(_ file: Int32) -> Int32 { Darwin.close(file) }
    #endif
}
