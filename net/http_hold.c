/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an answer is the one before. */

#include "net/http_priv.h"

static bool digest(const struct cs_http *http, const char *text, size_t length,
                   unsigned char ret[CS_HOLD_DIGEST_BYTES])
{
    return EVP_Digest(text != NULL ? text : "", length, ret, NULL, http->sha256, NULL) == 1;
}

void cs_http_hold_note(const struct cs_http *http, struct cs_hold *hold,
                       const struct cs_http_response *response)
{
    hold->status = response->status;
    hold->known = digest(http, response->body.data, response->body.length, hold->digest);
}

bool cs_http_hold_again(const struct cs_http *http, struct cs_http_job *job)
{
    struct cs_hold *hold = job->request->hold;
    unsigned char now[CS_HOLD_DIGEST_BYTES];
    curl_off_t pause = 0;
    long status = 0;
    int64_t next;

    if (!job->held || atomic_load(&job->cancelled))
        return false;
    (void)curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(job->easy, CURLINFO_RETRY_AFTER, &pause);
    if (status != hold->status || pause > 0 || job->body.failed ||
        !digest(http, job->body.text, job->body.length, now) ||
        !cs_equal_ct(now, hold->digest, sizeof now))
        return false;
    next = cs_hold_next(hold->asked, hold->every_ms);
    if (next > hold->until)
        return false;
    job->due = next;
    return true;
}
