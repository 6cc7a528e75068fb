/* address.h: street and house number, Packstation and Postfiliale. The rule of the house: never
 * lose a character. A split gives street and number that join to the original again; where it is
 * not sure, the street stays whole and the caller flags it. Only the comma of "12, rue de la Paix"
 * goes, with the place where it stood.
 *
 * Owns nothing; results in the arena. Input was cleaned (wire/unicode.h). */
#ifndef TAGWERK_PLAN_ADDRESS_H
#define TAGWERK_PLAN_ADDRESS_H

#include "core/arena.h"
#include "core/base.h"
#include "model/record.h"

/* True: sure. `street` and `number` are set; number_first tells that the number stood in front. */
bool address_split(const char *street, struct arena *arena, const char **out_street,
                   const char **out_number, bool *number_first);

enum locker { LOCKER_NONE, LOCKER_GOOD, LOCKER_BAD };

/* Recognises "Packstation 145" / "Postfiliale 502" and the post number wherever buyers put it
 * (street, house number, extra, company, name), and moves them: street = "Packstation",
 * house_number = "145", post_number = digits. BAD: it is one, but the station is not 101..999
 * (Postfiliale 101..999 likewise) or the post number is missing or malformed (6 to 10 digits); *why
 * says what. Nothing is changed then. What else stood in the street goes to `extra`. */
enum locker address_locker(struct address *address, struct arena *arena, const char **why);

#endif
