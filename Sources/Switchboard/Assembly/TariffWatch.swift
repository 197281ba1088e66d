import Billing

/// Reads the price list again whenever its file has changed.
final class TariffWatch: Sendable {
    private let settings: Settings
    private let file: FileWatch

    /// What is in the file now counts as read.
    init(settings: Settings) {
        self.settings = settings
        file = FileWatch(path: settings.text("voice.tariffs"))
    }

    /// The new list; nil when the file is as it was.
    ///
    /// - Throws: ``AssemblyError`` once for a file that cannot be used, until it changes again.
    func changed() throws -> TariffBook? { file.hasChanged() ? try settings.tariffs() : nil }
}
