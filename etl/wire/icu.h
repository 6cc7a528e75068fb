/* icu.h: ICU's memory comes from core/arena.h, like everyone's. Left to itself, ICU answers a
 * failed allocation with an empty text or an offset of zero and a status; now it ends the process.
 *
 * Errors: none. */
#ifndef TAGWERK_WIRE_ICU_H
#define TAGWERK_WIRE_ICU_H

/* Before each first use of ICU; again and again does no harm. */
void icu_memory(void);

#endif
