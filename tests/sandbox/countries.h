/*
 * countries: the 251 codes that the Sendcloud files list: ISO 3166-1 and IC (Canary Islands), XK.
 */
#ifndef SANDBOX_COUNTRIES_H
#define SANDBOX_COUNTRIES_H

struct country {
    const char *iso2, *iso3, *name;
};

/* NULL when there is no such code; capitals only. */
const struct country *country_find(const char *iso2);

#endif
