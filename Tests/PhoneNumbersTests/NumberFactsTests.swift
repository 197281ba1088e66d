import PhoneNumbers
import Testing

struct NumberFactsTests {
    @Test func aNumberIsKnownWithItsPlace() throws {
        let facts = try NumberFacts.of("8 (495) 445-11-20", in: "RU").get()
        #expect(facts.number == "+74954451120" && facts.region == "RU" && facts.kind == .fixedLine)
        #expect(facts.location == "Moscow")
        #expect(facts.isPossible && facts.isValid && facts.isValidForRegion)
    }

    @Test(arguments: [
        ("+79161234567", "+79161234567", "RU", NumberFacts.Kind.mobile),
        ("+18005551234", "+18005551234", "US", .tollFree),
        ("+80012345678", "+80012345678", "001", .tollFree),
    ]) func kindsAndRegionsAreTold(text: String, number: String, region: String, kind: NumberFacts.Kind) throws {
        let facts = try NumberFacts.of(text, in: nil).get()
        #expect(facts.number == number && facts.region == region && facts.kind == kind && facts.isValid)
    }

    @Test func aNumberOfAnotherCountryIsNotValidHere() throws {
        let facts = try NumberFacts.of("+4930901820", in: "RU").get()
        #expect(facts.isValid && !facts.isValidForRegion)
    }

    @Test func aNumberThatIsNotAssignedIsOnlyPossible() throws {
        let facts = try NumberFacts.of("+71234567890", in: nil).get()
        #expect(facts.isPossible && !facts.isValid)
    }

    @Test(arguments: [
        ("4954451120", nil, NumberFacts.Failure.noCountryCode), ("4954451120", "QQ", .noCountryCode),
        ("hello", "RU", .notANumber), ("+7495445112012345678", "RU", .tooLong), ("+499", nil, .tooShort),
        (String(repeating: "1", count: 500), "RU", .tooLong),
    ]) func whyATextIsNoNumber(text: String, region: String?, failure: NumberFacts.Failure) {
        #expect(throws: failure) { try NumberFacts.of(text, in: region).get() }
    }
}
