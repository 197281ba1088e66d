import Foundation

/// The company whose calls are measured: one line without greeting, extension and recording, so that a call is set-up.
enum BenchCompany {
    static let number = "74012000000"
    static let employees = Array(101...110)
    static let customers = 200
    static let password = "bench-password"

    static func login(_ employee: Int) -> String { "employee\(employee)" }

    /// The telephone number of a customer; his contact belongs to one of the employees.
    static func customerNumber(_ index: Int) -> String { String(79_110_000_000 + index % customers) }

    /// The portal's seed file.
    static func seed() throws -> String {
        let object: [String: Any] = [
            "company": ["name": "Benchmark Ltd", "language": "EN"],
            "employees": employees.map { id in
                [
                    "id": id, "name": "Employee \(id)", "login": login(id), "password": password, "extension": "\(id)",
                    "have_phone": true,
                ] as [String: Any]
            },
            "numbers": [["number": number, "price": "0", "installation_price": "0"]],
            "lines": [
                [
                    "SEARCH_ID": number, "PHONE_NAME": number, "PHONE_TITLE": number, "MELODY_WELCOME_ENABLE": "N",
                    "DIRECT_CODE": "N", "RECORDING": "N", "QUEUE_TIME": 6, "QUEUE_USERS": employees,
                ] as [String: Any]
            ],
            "contacts": (0..<customers).map { index in
                [
                    "id": index + 1, "name": "Customer \(index)", "phones": [customerNumber(index)],
                    "responsible_id": employees[index % employees.count],
                ] as [String: Any]
            },
        ]
        return String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }
}
