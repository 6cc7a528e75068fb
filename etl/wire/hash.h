/* hash.h: hashes, signatures and random bytes, over libsodium, the only file that includes it.
 *
 * Digests are BLAKE2b-256: what `b2sum -l 256` prints, so that an auditor needs no tool of ours.
 * Errors: none but hash_open's. */
#ifndef TAGWERK_WIRE_HASH_H
#define TAGWERK_WIRE_HASH_H

#include "core/base.h"
#include "core/err.h"

MUST_CHECK bool hash_open(struct err *err); /* once per process */

#define DIGEST_HEX_SIZE 65
#define FINGERPRINT_SIZE 16

struct hash {
    _Alignas(64) unsigned char state[384];
};

void hash_begin(struct hash *hash);
void hash_add(struct hash *hash, const void *bytes, size_t len);
void hash_end(struct hash *hash, char hex[static DIGEST_HEX_SIZE]);

/* 128 bits of BLAKE2b: enough to tell two contents apart. */
void fingerprint(const void *bytes, size_t len, unsigned char out[static FINGERPRINT_SIZE]);

/* Lower-case hex HMAC-SHA256 over the raw bytes equals `hex`? In constant time. */
bool hmac_sha256_matches(const char *key, const void *bytes, size_t len, const char *hex);
void hmac_sha256_hex(const char *key, const void *bytes, size_t len,
                     char hex[static DIGEST_HEX_SIZE]);

void hex_put(const unsigned char *bytes, size_t len, char *out); /* 2*len+1 chars */
bool hex_get(const char *hex, unsigned char *out, size_t len);
void base64_put(const void *bytes, size_t len, char *out, size_t out_size);

void random_bytes(void *out, size_t len);

#endif
