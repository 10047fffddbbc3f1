/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_memory.h"

#include <curl/curl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "net/libcurl.h"

static void release(void *memory)
{
    if (memory != NULL)
        cs_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

/* Not the C library's realloc, which may leave a copy behind. */
static void *resize(void *memory, size_t size)
{
    size_t held = memory != NULL ? malloc_usable_size(memory) : 0;
    void *moved = malloc(size);

    if (moved == NULL)
        return NULL;
    if (memory != NULL)
        memcpy(moved, memory, held < size ? held : size);
    release(memory);
    return moved;
}

enum cs_err cs_http_library_init(struct cs_error *error)
{
    enum cs_err result = cs_libcurl_load(error);

    if (result != CS_OK)
        return result;
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, release, resize, strdup, calloc) !=
        CURLE_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "cannot initialise libcurl");
    return CS_OK;
}

void cs_http_library_cleanup(void)
{
    curl_global_cleanup();
}
