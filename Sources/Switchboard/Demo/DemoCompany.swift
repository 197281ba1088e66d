import Foundation

/// The company of the demo: two employees, one line, one known customer.
enum DemoCompany {
    static let number = "74012000000"
    static let customerNumber = "79112233444"
    static let employeeID = 67
    static let login = "ivan"
    static let password = "ivan-67-demo"

    /// The portal's seed file.
    static let seed = """
        {
          "company": {"name": "Northern Lights Ltd", "language": "EN"},
          "employees": [
            {"id": 67, "name": "Ivan Petrov", "login": "ivan", "password": "ivan-67-demo", "extension": "101",
             "have_phone": true, "admin": true},
            {"id": 68, "name": "Olga Smirnova", "login": "olga", "password": "olga-68-demo", "extension": "102"}
          ],
          "numbers": [{"number": "74012000000", "price": "0", "installation_price": "0"}],
          "lines": [
            {"SEARCH_ID": "74012000000", "PHONE_NAME": "74012000000", "PHONE_TITLE": "74012000000", "RECORDING": "Y",
             "QUEUE_TIME": 3, "QUEUE_TYPE": "evenly", "QUEUE_USERS": [67, 68]}
          ],
          "contacts": [
            {"id": 1, "name": "Anna Karlsson", "phones": ["79112233444"], "responsible_id": 67}
          ]
        }
        """

    /// Writes the seed file into the data directory.
    static func writeSeed(to path: String) throws {
        try Data(seed.utf8).write(to: URL(filePath: path), options: .atomic)
    }
}
