#ifndef SWITCHBOARD_CPHONENUMBER_H
#define SWITCHBOARD_CPHONENUMBER_H

#ifdef __cplusplus
extern "C" {
#endif

/// How well the digits fit the numbering plan that libphonenumber knows.
enum sb_phone_quality {
    SB_PHONE_UNREADABLE = 0,
    /// The length fits, the range is not assigned (or newer than the library's tables).
    SB_PHONE_POSSIBLE = 1,
    SB_PHONE_VALID = 2,
};

/// One reading of a number; texts end with a zero octet.
struct sb_phone {
    enum sb_phone_quality quality;
    int country_code;
    /// E.164 digits without the plus: at most 3 of the country and 17 of the subscriber.
    char digits[24];
    /// ISO 3166 code of the region, empty when the number belongs to none.
    char region[4];
};

/// Reads `text` ("+" and digits, or digits as dialled inside `region`); never throws, never keeps the pointers.
struct sb_phone sb_phone_read(const char *text, const char *region);

/// The calling code of a region, 0 for one that libphonenumber does not know.
int sb_phone_country_code(const char *region);

#ifdef __cplusplus
}
#endif

#endif
