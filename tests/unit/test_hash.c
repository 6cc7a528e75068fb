#include "harness/harness.h"

#include "wire/hash.h"

static void a_digest_is_what_b2sum_prints(void **state)
{
    struct hash hash;
    char hex[DIGEST_HEX_SIZE];

    (void)state;
    hash_begin(&hash);
    hash_end(&hash, hex);
    assert_string_equal(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    hash_begin(&hash);
    hash_add(&hash, "ab", 2);
    hash_add(&hash, "", 0);
    hash_add(&hash, "c", 1);
    hash_end(&hash, hex);
    assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void a_fingerprint_tells_contents_apart(void **state)
{
    unsigned char one[FINGERPRINT_SIZE], same[FINGERPRINT_SIZE], other[FINGERPRINT_SIZE];

    (void)state;
    fingerprint("4711", 4, one);
    fingerprint("4711", 4, same);
    fingerprint("4712", 4, other);
    assert_memory_equal(one, same, sizeof one);
    assert_memory_not_equal(one, other, sizeof one);
}

/* REQ-A6: the vectors of the vendor's reference, and one with a realistic body. */
static void a_webhook_signature_is_hmac_sha256_over_the_raw_bytes(void **state)
{
    static const char body[] = "{\"key\": \"value\"}";
    static const char parcel[] =
        "{\"action\":\"parcel_status_changed\",\"timestamp\":1717400000000,"
        "\"parcel\":{\"id\":4711}}";
    char hex[DIGEST_HEX_SIZE];

    (void)state;
    hmac_sha256_hex("secretkey", body, strlen(body), hex);
    assert_string_equal(hex, "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a");
    hmac_sha256_hex("0123456789abcdef", parcel, strlen(parcel), hex);
    assert_string_equal(hex, "4d3c7b4c3589cb0c93af0cac6a1204bbeb254f89eb7b8ac4f43a32fbd3e21834");
}

static void only_the_right_signature_matches(void **state)
{
    static const char body[] = "{\"key\": \"value\"}";
    static const char right[] = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a";
    char wrong[] = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0b";

    (void)state;
    assert_true(hmac_sha256_matches("secretkey", body, strlen(body), right));
    assert_false(hmac_sha256_matches("secretkey", body, strlen(body), wrong));
    assert_false(hmac_sha256_matches("Secretkey", body, strlen(body), right));
    assert_false(hmac_sha256_matches("secretkey", body, strlen(body) - 1, right));
    wrong[63] = '\0';
    assert_false(hmac_sha256_matches("secretkey", body, strlen(body), wrong));
    assert_false(hmac_sha256_matches("secretkey", body, strlen(body), ""));
}

static void hex_goes_both_ways_and_refuses_what_is_none(void **state)
{
    static const unsigned char bytes[] = {0x00, 0x7F, 0xFF};
    unsigned char back[3];
    char hex[7];

    (void)state;
    hex_put(bytes, sizeof bytes, hex);
    assert_string_equal(hex, "007fff");
    assert_true(hex_get("007FFf", back, sizeof back));
    assert_memory_equal(back, bytes, sizeof bytes);
    assert_false(hex_get("007ff", back, sizeof back));
    assert_false(hex_get("007fff00", back, sizeof back));
    assert_false(hex_get("007ffg", back, sizeof back));
}

static void base64_is_the_padded_one_of_basic_authentication(void **state)
{
    char text[32];

    (void)state;
    base64_put("public:secret?", 14, text, sizeof text);
    assert_string_equal(text, "cHVibGljOnNlY3JldD8=");
    base64_put("", 0, text, sizeof text);
    assert_string_equal(text, "");
}

static void random_bytes_differ(void **state)
{
    unsigned char one[32] = {0}, two[32] = {0};

    (void)state;
    random_bytes(one, sizeof one);
    random_bytes(two, sizeof two);
    assert_memory_not_equal(one, two, sizeof one);
}

static int open_library(void **state)
{
    struct err err;

    (void)state;
    return hash_open(&err) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_is_what_b2sum_prints),
        cmocka_unit_test(a_fingerprint_tells_contents_apart),
        cmocka_unit_test(a_webhook_signature_is_hmac_sha256_over_the_raw_bytes),
        cmocka_unit_test(only_the_right_signature_matches),
        cmocka_unit_test(hex_goes_both_ways_and_refuses_what_is_none),
        cmocka_unit_test(base64_is_the_padded_one_of_basic_authentication),
        cmocka_unit_test(random_bytes_differ),
    };

    return cmocka_run_group_tests_name("hash", tests, open_library, NULL);
}
