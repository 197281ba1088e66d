import HTTPServing
import Logging

/// Sends every logger's lines to standard error in the configured format.
enum LogOutput {
    static func bootstrap(_ settings: Settings) {
        let format = LineLogHandler.Format(rawValue: settings.text("log.format")) ?? .text
        let level = Logger.Level(rawValue: settings.text("log.level")) ?? .info
        LoggingSystem.bootstrap(
            { label, provider in
                LineLogHandler(label: label, format: format, logLevel: level, metadataProvider: provider)
            }, metadataProvider: RequestTrail.metadata)
    }
}
