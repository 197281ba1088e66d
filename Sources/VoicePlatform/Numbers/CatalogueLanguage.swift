import Foundation

/// A language in which the catalogue names countries and sorts of numbers.
enum CatalogueLanguage: String, Sendable, CaseIterable {
    case english = "EN"
    case russian = "RU"

    /// A country by its ISO 3166-1 code; the code itself when it is nobody's.
    func country(_ code: String) -> String {
        Locale(identifier: rawValue.lowercased()).localizedString(forRegionCode: code) ?? code
    }

    /// A category; the operator's own ones keep their name.
    func category(_ name: String) -> String {
        switch (self, name) {
        case (.english, "GEOGRAPHIC"): "Geographic"
        case (.english, "MOBILE"): "Mobile"
        case (.english, "TOLLFREE"): "Toll-free"
        case (.russian, "GEOGRAPHIC"): "Городской"
        case (.russian, "MOBILE"): "Мобильный"
        case (.russian, "TOLLFREE"): "Бесплатный"
        default: name
        }
    }
}
