import Foundation
import HTTPTypes
import Hummingbird

/// `GET /sounds/<name>`: greetings and melodies for the voice platform.
struct SoundRoutes {
    private static let types = ["mp3": "audio/mpeg", "wav": "audio/wav"]

    let directory: String

    func add(to router: Router<BasicRequestContext>) {
        router.get("sounds/:name") { request, context in
            let missing = PortalRefusal(.notFound, "there is no such sound")
            let name = context.parameters.get("name") ?? ""
            guard let type = Self.type(name) else { throw missing }
            let path = URL(filePath: directory, directoryHint: .isDirectory).appending(path: name).path
            guard FileManager.default.isReadableFile(atPath: path) else { throw missing }
            var headers = HTTPFields()
            headers[.contentType] = type
            headers[.cacheControl] = "public, max-age=300"
            return Response(
                status: .ok, headers: headers, body: try await FileIO().loadFile(path: path, context: context))
        }
    }

    /// The media type of a plain file name; nil for a name that could lead elsewhere.
    static func type(_ name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), let type = types[String(parts[1])] else {
            return nil
        }
        let isPlain = parts[0].utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain ? type : nil
    }
}
