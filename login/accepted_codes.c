/* SPDX-License-Identifier: Apache-2.0 */
#include "login/accepted_codes.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/lower.h"

enum { KEY_BYTES = 32, TAG_BYTES = 32, TAG_WORDS = TAG_BYTES / sizeof(uint64_t) };

enum state { FREE, CLAIMED, ACCEPTED };

struct place {
    uint64_t tag[TAG_WORDS];
    enum state state;
    int64_t until; /* for ACCEPTED: when the code may be forgotten */
};

struct cs_accepted_codes {
    pthread_mutex_t mutex;
    unsigned char key[KEY_BYTES];
    struct place places[CS_ACCEPTED_CODES_MAX];
};

struct cs_accepted_codes *cs_accepted_codes_new(void)
{
    struct cs_accepted_codes *codes = calloc(1, sizeof *codes);

    if (codes == NULL)
        return NULL;
    if (RAND_priv_bytes(codes->key, sizeof codes->key) != 1) {
        free(codes);
        return NULL;
    }
    pthread_mutex_init(&codes->mutex, NULL);
    return codes;
}

void cs_accepted_codes_free(struct cs_accepted_codes **codes)
{
    if (*codes == NULL)
        return;
    pthread_mutex_destroy(&(*codes)->mutex);
    cs_wipe((*codes)->key, sizeof(*codes)->key); /* without it the tags tell nothing */
    free(*codes);
    *codes = NULL;
}

/* The tag of the identity with its NUL, then the code. A server may accept letters in either case
 * in both. */
static bool make_tag(const struct cs_accepted_codes *codes, const char *identity,
                     const struct cs_secret *code, uint64_t ret_tag[TAG_WORDS])
{
    size_t name = strlen(identity) + 1, length = name + code->length;
    CS_AUTO(cs_secret_free) struct cs_secret text = {malloc(length), length};
    unsigned made = 0;

    if (text.data == NULL) {
        text.length = 0;
        return false;
    }
    for (size_t i = 0; i < length; i++)
        text.data[i] = cs_lower(i < name ? identity[i] : code->data[i - name]);
    return HMAC(EVP_sha256(), codes->key, KEY_BYTES, (const unsigned char *)text.data, length,
                (unsigned char *)ret_tag, &made) != NULL &&
           made == TAG_BYTES;
}

static bool is_live(const struct place *place, int64_t now)
{
    return place->state == CLAIMED || (place->state == ACCEPTED && now < place->until);
}

/* NULL: the code is not in it. Nearly every place differs in the first word already. Tags are keyed
 * hashes, so how long that takes tells nothing about a code. */
static struct place *find(struct cs_accepted_codes *codes, const uint64_t *tag, int64_t now)
{
    for (size_t i = 0; i < CS_ACCEPTED_CODES_MAX; i++) {
        struct place *place = &codes->places[i];

        if (is_live(place, now) && place->tag[0] == tag[0] &&
            cs_equal_ct(place->tag, tag, TAG_BYTES))
            return place;
    }
    return NULL;
}

/* A free place, else the oldest; NULL: every code is being judged. */
static struct place *make_room(struct cs_accepted_codes *codes, int64_t now)
{
    struct place *oldest = NULL;

    for (size_t i = 0; i < CS_ACCEPTED_CODES_MAX; i++) {
        struct place *place = &codes->places[i];

        if (!is_live(place, now))
            return place;
        if (place->state == ACCEPTED && (oldest == NULL || place->until < oldest->until))
            oldest = place;
    }
    return oldest;
}

enum cs_err cs_accepted_codes_claim(struct cs_accepted_codes *codes, const char *identity,
                                    const struct cs_secret *code, int64_t now, bool *ret_claimed,
                                    struct cs_error *error)
{
    uint64_t tag[TAG_WORDS];
    struct place *place = NULL;

    *ret_claimed = false;
    if (!make_tag(codes, identity, code, tag))
        return cs_fail(error, CS_ERR_CRYPTO, "a code cannot be remembered: no memory, or no HMAC");
    pthread_mutex_lock(&codes->mutex);
    if (find(codes, tag, now) == NULL)
        place = make_room(codes, now);
    if (place != NULL) {
        memcpy(place->tag, tag, TAG_BYTES);
        place->state = CLAIMED;
        *ret_claimed = true;
    }
    pthread_mutex_unlock(&codes->mutex);
    return CS_OK;
}

void cs_accepted_codes_settle(struct cs_accepted_codes *codes, const char *identity,
                              const struct cs_secret *code, bool accepted, int64_t now)
{
    uint64_t tag[TAG_WORDS];
    struct place *place;

    /* If memory ran out, the claim stands: the code lets nobody in any more. */
    if (!make_tag(codes, identity, code, tag))
        return;
    pthread_mutex_lock(&codes->mutex);
    place = find(codes, tag, now);
    if (place != NULL) {
        place->state = accepted ? ACCEPTED : FREE;
        place->until = now + CS_ACCEPTED_CODE_MS;
    }
    pthread_mutex_unlock(&codes->mutex);
}
