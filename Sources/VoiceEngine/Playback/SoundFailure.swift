/// Why nothing could be played; the text reaches the scenario as `error` of `PlaybackFinished`.
public enum SoundFailure: Error, Equatable, CustomStringConvertible {
    case malformedURL
    case unreachable(String)
    case status(Int)
    case tooLarge(limit: Int)
    case timeout
    case notAudio(String)
    case speech(String)

    public var description: String {
        switch self {
        case .malformedURL: "The address is not an http, https or file URL."
        case .unreachable(let detail): "The file cannot be fetched: \(detail)."
        case .status(let code): "The server answered \(code) instead of the file."
        case .tooLarge(let limit): "The file is larger than \(limit) bytes."
        case .timeout: "Timeout is reached"
        case .notAudio(let detail): "The file cannot be decoded: \(detail)."
        case .speech(let detail): "The text cannot be spoken: \(detail)"
        }
    }
}
