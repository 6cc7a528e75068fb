#include "wire/hash.h"

#include <sodium.h>

#define DIGEST_SIZE 32

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct hash), "struct hash has room");
_Static_assert(DIGEST_SIZE * 2 + 1 == DIGEST_HEX_SIZE, "hex digits and their NUL");
_Static_assert(crypto_auth_hmacsha256_BYTES == DIGEST_SIZE, "an HMAC is as long as a digest");

static crypto_generichash_state *state_of(struct hash *hash)
{
    return (crypto_generichash_state *)(void *)hash->state;
}

bool hash_open(struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_SETUP,
                       "libsodium does not start: the system gives no random numbers "
                       "(is /dev/urandom there?)");
    return true;
}

void hash_begin(struct hash *hash)
{
    *hash = (struct hash){0};
    (void)crypto_generichash_init(state_of(hash), NULL, 0, DIGEST_SIZE);
}

void hash_add(struct hash *hash, const void *bytes, size_t len)
{
    (void)crypto_generichash_update(state_of(hash), bytes, len);
}

void hash_end(struct hash *hash, char hex[static DIGEST_HEX_SIZE])
{
    unsigned char digest[DIGEST_SIZE];

    (void)crypto_generichash_final(state_of(hash), digest, sizeof digest);
    hex_put(digest, sizeof digest, hex);
}

void fingerprint(const void *bytes, size_t len, unsigned char out[static FINGERPRINT_SIZE])
{
    (void)crypto_generichash(out, FINGERPRINT_SIZE, bytes, len, NULL, 0);
}

void hmac_sha256_hex(const char *key, const void *bytes, size_t len,
                     char hex[static DIGEST_HEX_SIZE])
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[DIGEST_SIZE];

    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    (void)crypto_auth_hmacsha256_update(&state, bytes, len);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    hex_put(mac, sizeof mac, hex);
    sodium_memzero(&state, sizeof state);
}

bool hmac_sha256_matches(const char *key, const void *bytes, size_t len, const char *hex)
{
    char right[DIGEST_HEX_SIZE];

    hmac_sha256_hex(key, bytes, len, right);
    return strlen(hex) == sizeof right - 1 && sodium_memcmp(right, hex, sizeof right - 1) == 0;
}

void hex_put(const unsigned char *bytes, size_t len, char *out)
{
    (void)sodium_bin2hex(out, len * 2 + 1, bytes, len);
}

bool hex_get(const char *hex, unsigned char *out, size_t len)
{
    size_t got = 0;

    return strlen(hex) == len * 2 &&
           sodium_hex2bin(out, len, hex, len * 2, NULL, &got, NULL) == 0 && got == len;
}

void base64_put(const void *bytes, size_t len, char *out, size_t out_size)
{
    (void)sodium_bin2base64(out, out_size, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

void random_bytes(void *out, size_t len)
{
    randombytes_buf(out, len);
}
