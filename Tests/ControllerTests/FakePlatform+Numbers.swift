@testable import Controller

extension FakePlatform.State {
    mutating func runNumber(_ method: String, _ fields: FormFields, _ account: Int64) -> JSONValue {
        switch method {
        case "GetPhoneNumbers": return ["result": .list(rows(fields, account))]
        case "GetPhoneNumberCategories", "GetPhoneNumberCountryStates", "GetPhoneNumberRegions", "GetNewPhoneNumbers":
            return catalogue(method, fields)
        case "AttachPhoneNumber": return attach(fields, account)
        case "DeactivatePhoneNumber", "SetPhoneNumberInfo", "ChargeAccount":
            guard numbers[fields["phone_number"]] == account else { return FakePlatform.error(121) }
            return change(method, fields)
        case "BindPhoneNumberToApplication":
            guard !unbindable.contains(fields["phone_number"]) else { return FakePlatform.error(147) }
            bound.insert(fields["phone_number"])
            return ["result": 1]
        default: return FakePlatform.error(103)
        }
    }

    private func rows(_ fields: FormFields, _ account: Int64) -> [JSONValue] {
        let wanted = fields["phone_number"]
        let own = numbers.filter { $0.value == account && (wanted.isEmpty || wanted == $0.key) }.keys.sorted()
        return (wanted.isEmpty ? rented : [])
            + own.map { number in
                [
                    "phone_number": .text(number), "phone_price": .real(price.monthly), "phone_country_code": "RU",
                    "category_name": "GEOGRAPHIC", "phone_region_name": "Kaliningrad",
                    "phone_next_renewal": .text(nextRenewal), "canceled": .flag(frozen.contains(number)),
                    "auto_charge": .flag(!notRenewed.contains(number)), "deactivated": false,
                ]
            }
    }

    private func catalogue(_ method: String, _ fields: FormFields) -> JSONValue {
        if !fields["country_code"].isEmpty, fields["country_code"] != "RU" { return FakePlatform.error(239) }
        switch method {
        case "GetPhoneNumberCategories":
            let category: JSONValue = [
                "phone_category_name": "GEOGRAPHIC", "localized_phone_category_name": "Geographic",
                "country_has_states": false,
            ]
            return [
                "result": [
                    [
                        "country_code": "RU", "localized_country_name": "Russia", "phone_prefix": "7",
                        "phone_categories": [category],
                    ]
                ]
            ]
        case "GetPhoneNumberCountryStates": return ["result": []]
        case "GetPhoneNumberRegions":
            return [
                "result": [
                    [
                        "phone_region_id": 7, "phone_region_name": "Kaliningrad", "phone_region_code": "401",
                        "phone_count": 9, "account_price": .real(price.monthly),
                        "account_installation_price": .real(price.installation),
                    ]
                ]
            ]
        default: return offers(fields)
        }
    }

    /// Whatever number is asked for is there; a mask with a star, or none, finds two.
    private func offers(_ fields: FormFields) -> JSONValue {
        let mask = fields["phone_number_mask"]
        let found = mask.isEmpty || mask.contains("*") ? ["74012000001", "74012000002"] : [mask]
        let free = found.filter { $0 != "74012000099" }.map { number -> JSONValue in
            [
                "phone_number": .text(number), "phone_price": .real(price.monthly),
                "phone_installation_price": .real(price.installation), "phone_period": "0-1-0 0:0:0",
            ]
        }
        return ["result": .list(free), "total_count": .integer(Int64(free.count))]
    }

    private mutating func attach(_ fields: FormFields, _ account: Int64) -> JSONValue {
        let number = fields["phone_number"]
        guard numbers[number] == nil else { return FakePlatform.error(182) }
        if case .real(let money) = balance, money < price.monthly + price.installation {
            return FakePlatform.error(127)
        }
        numbers[number] = account
        sales.append(number)
        return ["result": 1]
    }

    private mutating func change(_ method: String, _ fields: FormFields) -> JSONValue {
        let number = fields["phone_number"]
        switch method {
        case "DeactivatePhoneNumber": numbers[number] = nil
        case "ChargeAccount":
            if case .real(let money) = balance, money < price.monthly { break }
            frozen.remove(number)
        default:
            if fields["auto_charge"] == "false" { notRenewed.insert(number) } else { notRenewed.remove(number) }
        }
        return ["result": 1]
    }
}
