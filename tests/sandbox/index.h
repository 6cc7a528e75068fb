/*
 * index: from the hash of a text to the numbers of the records that may hold it.
 *
 * A multimap with open addressing. It stores no keys: who looks something up compares the record.
 *
 * Owns: its slots.
 */
#ifndef SANDBOX_INDEX_H
#define SANDBOX_INDEX_H

#include "sandbox/text.h"

struct index_slot {
    uint64_t hash;
    uint32_t value; /* record number + 2; 0 free, 1 left */
};

struct index {
    struct index_slot *slots;
    size_t max, used;
};

uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed);
uint64_t hash_text(const char *s);
/* A well mixed number from a number: the next step of a seeded sequence, or a choice by identity.
 */
uint64_t hash_mix(uint64_t x);

void index_add(struct index *ix, uint64_t hash, uint32_t record);
void index_remove(struct index *ix, uint64_t hash, uint32_t record);
/* Steps through the records with that hash; start with *step = 0; false at the end. */
bool index_next(const struct index *ix, uint64_t hash, size_t *step, uint32_t *record);
void index_done(struct index *ix);

#endif
