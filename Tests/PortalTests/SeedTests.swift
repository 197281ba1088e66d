import Foundation
import PhoneNumbers
import Storage
import Testing

@testable import Portal

@Suite struct SeedTests {
    static let employee = #"{"id": 67, "name": "Ivan", "login": "ivan", "password": "secret-67"}"#
    static let company = #""company": {"name": "Demo"}"#

    static func read(_ text: String) throws(InputError) -> Seed {
        try Seed(JSONValue(parsing: Data(text.utf8)), region: .russia)
    }

    @Test func anExampleIsReadWhole() throws {
        let seed = try Self.read(PortalFixture.seed)
        #expect(seed.company.name == "Demo <Ltd>")
        #expect(seed.employees.map(\.id.rawValue) == [67, 68])
        #expect(seed.lines.first?.input.members == [EmployeeID(rawValue: 67), EmployeeID(rawValue: 68)])
        #expect(seed.cards.first?.input.phones?.map(\.digits) == ["79112233444"])
    }

    @Test(arguments: [
        ("{", "input: expected valid JSON"),
        ("[]", "input: expected an object, found a list"),
        ("{}", "company: expected an object with name and language, found nothing"),
        (#"{"company": {}}"#, "company.name: expected a text of 1 to 200 characters, found nothing"),
        (#"{"company": {"name": "A", "language": "FR"}}"#, "company.language: expected one of EN, DE, RU"),
        (#"{\#(company), "staff": []}"#, "staff: expected one of blacklist, companies, company"),
        (#"{\#(company), "employees": {}}"#, "employees: expected a list, found an object"),
        (#"{\#(company), "employees": [7]}"#, "employees[0]: expected an object, found a number"),
        (#"{\#(company), "employees": [{"id": 1}]}"#, "employees[0].name: expected a text of 1 to 200 characters"),
        (
            #"{\#(company), "employees": [\#(employee), \#(employee)]}"#,
            "employees[1].id: expected a value of its own, found one that is taken above"
        ),
        (
            #"{\#(company), "employees": [{"id": 1, "name": "A", "login": "a", "password": "short"}]}"#,
            "employees[0].password: expected a text of 8 to 200 characters, found 5 characters"
        ),
        (#"{\#(company), "lines": [{}]}"#, "lines[0].SEARCH_ID: expected a text of 1 to 64 characters, found nothing"),
        (#"{\#(company), "lines": [{"SEARCH_ID": "a b"}]}"#, "lines[0].SEARCH_ID: expected letters, digits and"),
        (
            #"{\#(company), "lines": [{"SEARCH_ID": "1", "QUEUE_TYPE": "x"}]}"#,
            "lines[0].QUEUE_TYPE: expected one of evenly, strictly, all, found another text"
        ),
        (
            #"{\#(company), "employees": [\#(employee)], "lines": [{"SEARCH_ID": "1", "QUEUE_USERS": [67, 5]}]}"#,
            "lines[0].QUEUE_USERS[1]: expected the id of an employee in this file, found 5"
        ),
        (
            #"{\#(company), "companies": [{"name": "A"}, {"name": "B", "responsible_id": 9}]}"#,
            "companies[1].responsible_id: expected the id of an employee in this file, found 9"
        ),
        (
            #"{\#(company), "contacts": [{"name": "A", "phones": ["12"]}]}"#,
            "contacts[0].phones[0]: expected a telephone number such as"
        ),
        (#"{\#(company), "numbers": [{"price": "1"}]}"#, "numbers[0].number: expected a telephone number such as"),
        (
            #"{\#(company), "numbers": [{"number": "74012000000", "price": "much"}]}"#,
            "numbers[0].price: expected a decimal text such as 300 or 12.50"
        ),
        (
            #"{\#(company), "numbers": [{"number": "74012000000", "price": "1", "agreed": true}]}"#,
            "numbers[0].agreed: expected one of installation_price, number, price"
        ),
        (#"{\#(company), "blacklist": ["x"]}"#, "blacklist[0]: expected a telephone number such as"),
    ])
    func aMistakeIsNamedWithItsPlace(text: String, message: String) {
        let error = #expect(throws: InputError.self) { try Self.read(text) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test func theNumbersOfASeedAreOrderedBeforeTheirLines() async throws {
        let directory = NSTemporaryDirectory() + "seed-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let configuration = try await PortalFixture.configuration(directory, controllerPort: 1)
        let portal = try await Portal.open(configuration, logger: PortalFixture.quiet)
        try await portal.importSeed(
            Data(
                #"""
                {\#(Self.company), "lines": [{"SEARCH_ID": "74012000000"}],
                 "numbers": [{"number": "8 (4012) 00-00-00", "price": "300", "installation_price": "0.50"}]}
                """#.utf8))
        let database = try await Database.open(configuration.database)
        defer { try? database.close() }
        let messages = try await database.read { transaction in
            try transaction.query("SELECT command, body FROM outbox ORDER BY id").map { row in
                "\(try row.text("command")) \(try row.text("body"))"
            }
        }
        #expect(
            messages == [
                #"BuyNumber {"INSTALLATION_PRICE":"0.50","PHONE_NUMBER":"74012000000","PRICE":"300","#
                    + #""REQUEST_ID":"seed-74012000000"}"#,
                #"AddNumber {"PHONE_NUMBER":"74012000000"}"#, #"SettingsChanged {"SEARCH_ID":"74012000000"}"#,
            ])
    }

    @Test func aSeedFileFillsAnEmptyPortalOnly() async throws {
        let directory = NSTemporaryDirectory() + "seed-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = directory + "/seed.json"
        var configuration = try await PortalFixture.configuration(directory, controllerPort: 1)
        configuration.seedFile = file
        let missing = await #expect(throws: InputError.self) {
            try await Portal.open(configuration, logger: PortalFixture.quiet)
        }
        #expect(missing?.description.contains(file) == true)
        try Data(PortalFixture.seed.utf8).write(to: URL(filePath: file))
        let portal = try await Portal.open(configuration, logger: PortalFixture.quiet)
        try Data("{".utf8).write(to: URL(filePath: file))
        #expect(try await portal.importSeed(path: file) == false, "what is there stays; the file is not even read")
    }
}
