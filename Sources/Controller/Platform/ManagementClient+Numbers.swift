/// Telephone numbers and the key-value store.
extension ManagementClient {
    /// Where the platform sells the number; nil when it does not.
    func offer(of number: String, country: String, _ account: Credentials) async throws(ManagementError) -> NumberPlace?
    {
        let countries = try await send("GetPhoneNumberCategories", account, [("country_code", country)])
        let categories = (countries["result"]?.elements ?? []).flatMap { $0["phone_categories"]?.elements ?? [] }
        for category in categories.compactMap({ $0["phone_category_name"]?.string }) {
            let place = [("country_code", country), ("phone_category_name", category)]
            let regions = try await send("GetPhoneNumberRegions", account, place)
            for region in (regions["result"]?.elements ?? []).compactMap({ $0["phone_region_id"]?.string }) {
                let mask = [("phone_region_id", region), ("phone_number_mask", number), ("count", "20")]
                let numbers = try await send("GetNewPhoneNumbers", account, place + mask)
                let isHere = numbers["result"]?.elements.contains { $0["phone_number"]?.string == number } ?? false
                if isHere {
                    return NumberPlace(country: country, category: category, region: region)
                }
            }
        }
        return nil
    }

    /// Whether the account has rented the number.
    func hasNumber(_ number: String, _ account: Credentials) async throws(ManagementError) -> Bool {
        let answer = try await send("GetPhoneNumbers", account, [("phone_number", number)])
        return answer["result"]?.elements.contains { $0["phone_number"]?.string == number } ?? false
    }

    /// Sends the number's calls to the application's rule.
    func bindNumber(
        _ number: String, application: Int64, rule: Int64, _ account: Credentials
    ) async throws(ManagementError) {
        _ = try await send(
            "BindPhoneNumberToApplication", account,
            [
                ("phone_number", number), ("application_id", String(application)), ("rule_id", String(rule)),
                ("bind", "true"),
            ])
    }

    /// Keeps a value for the application's scenarios, at most 2000 characters, for `life` seconds.
    func setItem(
        _ key: String, _ value: String, life: Int, application: Int64, _ account: Credentials
    ) async throws(ManagementError) {
        _ = try await send(
            "SetKeyValueItem", account,
            [
                ("key", key), ("value", value), ("application_id", String(application)), ("ttl", String(life)),
            ])
    }

    func deleteItem(_ key: String, application: Int64, _ account: Credentials) async throws(ManagementError) {
        _ = try await send(
            "DelKeyValueItem", account, [("key", key), ("application_id", String(application))])
    }

    /// Deletes a recording by its address.
    func deleteRecord(_ address: String, _ account: Credentials) async throws(ManagementError) {
        _ = try await send("DeleteRecord", account, [("record_url", address)])
    }
}
