/// Why nothing could be played; the text reaches the scenario as `error` of `PlaybackFinished`.
public enum SoundFailure: Error, Equatable, CustomStringConvertible {
    case malformedURL
    case malformedRequest
    case tooManySegments(limit: Int)
    case unreachable(String)
    case status(Int)
    case tooLarge(limit: Int)
    case timeout
    case notAudio(String)
    case speech(String)

    public var description: String {
        switch self {
        case .malformedURL: "The address is not an http, https or file URL."
        case .malformedRequest: "The method or a header of the request is not what HTTP allows."
        case .tooManySegments(let limit): "The sound has more than \(limit) segments."
        case .unreachable(let detail): "The file cannot be fetched: \(detail)."
        case .status(let code): "The server answered \(code) instead of the file."
        case .tooLarge(let limit): "The file is larger than \(limit) bytes."
        case .timeout: "Timeout is reached"
        case .notAudio(let detail): "The file cannot be decoded: \(detail)."
        case .speech(let detail): "The text cannot be spoken: \(detail)"
        }
    }
}

extension SoundFailure {
    init(_ failure: WholeAnswer.Failure) {
        self =
            switch failure {
            case .malformedURL: .malformedURL
            case .status(let code): .status(code)
            case .tooLarge(let limit): .tooLarge(limit: limit)
            case .timeout: .timeout
            case .unreachable(let detail): .unreachable(detail)
            }
    }
}
