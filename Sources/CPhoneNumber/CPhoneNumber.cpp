#include "CPhoneNumber.h"

#include <phonenumbers/geocoding/phonenumber_offline_geocoder.h>
#include <phonenumbers/phonenumberutil.h>
#include <unicode/locid.h>

#include <cstring>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberOfflineGeocoder;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

// Copies what fits with its end mark; false when it does not fit.
template <size_t size>
bool copy(const std::string &text, char (&target)[size]) {
    if (text.size() >= size) return false;
    std::memcpy(target, text.data(), text.size());
    target[text.size()] = '\0';
    return true;
}

struct sb_phone read(const char *text, const char *region) {
    struct sb_phone result = {};
    PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    if (util.Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return result;
    if (util.IsPossibleNumberWithReason(number) != PhoneNumberUtil::IS_POSSIBLE) return result;
    std::string formatted;
    util.Format(number, PhoneNumberUtil::E164, &formatted);
    std::string owner;
    util.GetRegionCodeForNumber(number, &owner);
    if (formatted.size() < 2 || formatted[0] != '+') return result;
    if (!copy(formatted.substr(1), result.digits)) return result;
    // "ZZ" (unknown) and "001" (no region) are not regions.
    if (owner == "ZZ" || owner == "001" || !copy(owner, result.region)) result.region[0] = '\0';
    result.country_code = number.country_code();
    result.quality = util.IsValidNumber(number) ? SB_PHONE_VALID : SB_PHONE_POSSIBLE;
    return result;
}

struct sb_phone_facts inspect(const char *text, const char *region) {
    static const PhoneNumberOfflineGeocoder geocoder;
    struct sb_phone_facts facts = {};
    PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    facts.error = static_cast<enum sb_phone_error>(util.Parse(text, region, &number));
    if (facts.error != SB_PHONE_NO_ERROR) return facts;
    std::string formatted;
    util.Format(number, PhoneNumberUtil::E164, &formatted);
    std::string owner;
    util.GetRegionCodeForNumber(number, &owner);
    copy(formatted, facts.number);
    if (owner == "ZZ" || !copy(owner, facts.region)) facts.region[0] = '\0';
    copy(geocoder.GetDescriptionForNumber(number, icu::Locale::getEnglish()), facts.location);
    facts.type = static_cast<int>(util.GetNumberType(number));
    facts.is_possible = util.IsPossibleNumber(number);
    facts.is_valid = util.IsValidNumber(number);
    const std::string home = std::strcmp(region, "ZZ") == 0 ? owner : region;
    facts.is_valid_for_region = util.IsValidNumberForRegion(number, home);
    return facts;
}

}  // namespace

extern "C" struct sb_phone_facts sb_phone_inspect(const char *text, const char *region) {
    try {
        return inspect(text, region);
    } catch (...) {
        struct sb_phone_facts facts = {};
        facts.error = SB_PHONE_NOT_A_NUMBER;
        return facts;
    }
}

extern "C" struct sb_phone sb_phone_read(const char *text, const char *region) {
    try {
        return read(text, region);
    } catch (...) {
        return {};
    }
}

extern "C" int sb_phone_country_code(const char *region) {
    try {
        return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region);
    } catch (...) {
        return 0;
    }
}
