// Generated from /api/openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show who asks
         * @description Who asks, what they may do, and until when they are signed in.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your sessions
         * @description Where the user, or the key where it is nobody's, is signed in.
         */
        get: operations["list_my_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session
         * @description End one of your sessions, at once and in every process.
         */
        delete: operations["end_my_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List preferences
         * @description All that is kept for the user, or the key where it is nobody's, by name.
         */
        get: operations["list_preferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/preferences/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a preference
         * @description The JSON that is kept under this name; null where there is none, which is no mistake.
         */
        get: operations["get_preference"];
        /**
         * Keep a preference
         * @description Keep any JSON but null, up to 64 KiB, instead of what was there. Nobody else sees it.
         */
        put: operations["put_preference"];
        post?: never;
        /**
         * Forget a preference
         * @description Forget what is kept under this name.
         */
        delete: operations["delete_preference"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List ways to sign in
         * @description How one signs in here. Open to everybody.
         */
        get: operations["get_sign_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a key
         * @description Begin a session that may do what the key may, for as long as the key holds. It is in a cookie that no script can read.
         */
        post: operations["sign_in_with_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a one-time link
         * @description Begin the session that a one-time link is for. The link is used up by it.
         */
        post: operations["sign_in_with_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a one-time link
         * @description Make a link that signs somebody in, once and within some minutes. Only an owner makes one: whoever has it is that user.
         */
        post: operations["create_sign_in_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description End the session that asks, at once and in every process.
         */
        post: operations["sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sessions
         * @description Every session that goes on, newest first: whose it is, since when, and from where.
         */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End somebody's session
         * @description End a session, at once and in every process. Only an owner ends an owner's.
         */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description Every key, newest first, revoked and expired ones too. The keys themselves are never shown.
         */
        get: operations["list_keys"];
        put?: never;
        /**
         * Create a key
         * @description Make a key. It is in the answer, this once; only a hash of it is kept.
         */
        post: operations["create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a key
         * @description One key, without the key itself.
         */
        get: operations["get_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a key
         * @description Change what is given; it holds from the next call on.
         */
        patch: operations["change_key"];
        trace?: never;
    };
    "/api/keys/{key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a key
         * @description Give the key a new secret, in the answer this once; the old one works on until the overlap is over.
         */
        post: operations["rotate_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a key
         * @description End the key at once and for good. A key revoked before stays as it is.
         */
        post: operations["revoke_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List limits
         * @description All limits, of the file and of the store, and who has them.
         */
        get: operations["list_limits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/limits/standing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how much of limits is used
         * @description How a key, team, user or model stands with its limits now; all teams, users and models when none is named.
         *
         *     What calls under way may use at most counts as used.
         */
        get: operations["get_standing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/limits/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show limits
         * @description Limits by their name.
         */
        get: operations["get_limits"];
        /**
         * Define limits
         * @description Keep limits in the store, instead of what it had there under that name. They hold from the next call on.
         *
         *     The body is what stands under `[limits.NAME]` in the configuration file. What the file defines wins: such a name is
         *     refused with 409. What was used already stays counted.
         */
        put: operations["put_limits"];
        post?: never;
        /**
         * Delete limits
         * @description Forget limits of the store. Those that somebody names are kept (409).
         */
        delete: operations["delete_limits"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List teams
         * @description All that are defined, and those that only keys name.
         */
        get: operations["list_teams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/teams/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a team
         * @description One of them.
         */
        get: operations["get_team"];
        /**
         * Define a team
         * @description Keep it in the store, instead of what was there under that name. What the file defines wins (409).
         */
        put: operations["put_team"];
        post?: never;
        /**
         * Delete a team
         * @description Forget it, if it is of the store. One that has active keys is kept (409).
         */
        delete: operations["delete_team"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description All that are defined, and those that only keys name.
         */
        get: operations["list_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a user
         * @description One of them.
         */
        get: operations["get_user"];
        /**
         * Define a user
         * @description Keep them in the store; what is left out stays as it is. What the file defines wins (409).
         *
         *     Only an owner gives a role, or changes an owner. Disabling a user ends their sessions.
         */
        put: operations["put_user"];
        post?: never;
        /**
         * Delete a user
         * @description Forget them, if they are of the store, and end their sessions. One who has active keys is kept (409).
         *
         *     Their conversations and preferences go with them: whoever gets the name later is somebody else.
         */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models
         * @description Every model that can be called, with its deployments, price, context and state.
         */
        get: operations["list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a model
         * @description Make a short real call and say how it went. It costs what such a call costs, and is recorded.
         */
        post: operations["test_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models/{name}/pull": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check an embedded model's files
         * @description Make an embedded model ready: find its package, read its files whole and compare their checksums.
         *
         *     The files come inside packages, so nothing is downloaded; a model of a provider has nothing to pull.
         */
        post: operations["pull_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a model
         * @description One model.
         */
        get: operations["get_model"];
        /**
         * Define an alias
         * @description Keep an alias in the store, instead of what it had there under that name.
         *
         *     The body is what stands under `[models.NAME]` in the configuration file. What the file defines wins: such a name
         *     is refused with 409.
         */
        put: operations["put_model"];
        post?: never;
        /**
         * Delete an alias
         * @description Forget an alias of the store.
         */
        delete: operations["delete_model"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalogue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the catalogue
         * @description What is known of models, by provider and name.
         */
        get: operations["list_catalogue"];
        /**
         * Put a catalogue
         * @description Let the catalogue in the body hold from now on, and tell what it changes.
         */
        put: operations["put_catalogue"];
        post?: never;
        /**
         * Go back to the packaged catalogue
         * @description Forget a catalogue that was fetched: the one of the package holds again.
         */
        delete: operations["reset_catalogue"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalogue/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an entry of the catalogue
         * @description What is known of one model. A provider's name for it is found too, also with a date behind it.
         */
        get: operations["get_entry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalogue/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetch a newer catalogue
         * @description Fetch a catalogue, tell what it changes, and let it hold from now on, unless this is a dry run.
         *
         *     It is kept in the data folder, and holds after a restart too; deleting it brings back the one of the package.
         */
        post: operations["refresh_catalogue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List kinds of providers
         * @description Every kind with the settings it takes, and the names that LiteLLM has for those it translates for.
         */
        get: operations["list_provider_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List providers
         * @description Every provider: of the file, the environment and the store, and the embedded one.
         */
        get: operations["list_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a provider
         * @description One provider.
         */
        get: operations["get_provider"];
        /**
         * Define a provider
         * @description Keep a provider in the store, instead of what it had there under that name.
         *
         *     A key in the body is put among the secrets as `provider.NAME`; to keep it in a later change, send
         *     `"api_key": "secret:provider.NAME"`. What the file or the environment defines wins: such a name is refused with 409.
         */
        put: operations["put_provider"];
        post?: never;
        /**
         * Delete a provider
         * @description Forget a provider of the store, and its key. One that an alias of the store still uses is kept (409).
         */
        delete: operations["delete_provider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a provider before it is kept
         * @description Ask a provider that is not kept which models it has. Nothing of it is kept, its key neither.
         */
        post: operations["try_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a provider
         * @description Ask the provider which models it has. It costs nothing, and shows whether address and key are right.
         */
        post: operations["test_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deployments' health
         * @description Every deployment of an alias, and every other one that answered since the start or is left alone now.
         */
        get: operations["list_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/{deployment}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what happened to a deployment
         * @description Changes of its breaker in all processes, newest first; also of one that is gone.
         */
        get: operations["get_health_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/{deployment}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset a deployment
         * @description Close its breaker in all processes, whatever was: calls go there again at once.
         */
        post: operations["reset_health"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/cache": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the cache
         * @description What is kept, how often that answered, and what it saved.
         */
        get: operations["get_cache"];
        put?: never;
        post?: never;
        /**
         * Purge the cache
         * @description Forget answers, in every process: all, or those of a model, of a tenant, or of both together.
         *
         *     Answers under way that were asked for before are not kept either.
         */
        delete: operations["purge_cache"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List secrets
         * @description The names of all secrets and who uses them; never their values.
         */
        get: operations["list_secrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Keep a secret
         * @description Keep a value encrypted under a name, instead of what was there. Providers that use it take it at once.
         */
        put: operations["put_secret"];
        post?: never;
        /**
         * Delete a secret
         * @description Forget a secret. One that a provider still refers to is kept (409).
         */
        delete: operations["delete_secret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List calls
         * @description Calls, newest first: also failed, cut, abandoned and refused ones.
         */
        get: operations["list_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sum up usage
         * @description Calls, errors, tokens, cost and times, in all and by group.
         */
        get: operations["sum_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a call
         * @description One call by its request id, with the way it went: what each stage said, and every attempt with its reason.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Analyse usage
         * @description Calls, attempts, outcomes, tokens, cost and percentiles of times: in all, by group, and over time.
         *
         *     With providers or deployments among what is asked, attempts are counted, else calls.
         */
        get: operations["analyse_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List errors
         * @description Errors of calls that failed, and of attempts whose calls were saved by another, in groups of what is alike.
         */
        get: operations["list_errors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/errors/{fingerprint}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show errors of a kind
         * @description A group of errors: what they are, whom they met, and when they came in a span.
         */
        get: operations["get_error"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List batches
         * @description Batches of all keys, newest first, with how many of their lines are done.
         */
        get: operations["list_batches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/batches/{batch_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a batch
         * @description One batch, with how far it is, and why it waits or failed.
         */
        get: operations["get_batch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/batches/{batch_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a batch
         * @description Send no more of its lines. Those that were answered are kept.
         */
        post: operations["cancel_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List conversations
         * @description One's own conversations, changed last first. The first 100,000 characters of a message are searched.
         */
        get: operations["list_conversations"];
        put?: never;
        /**
         * Begin a conversation
         * @description Begin a conversation without messages. It is kept until it is deleted, or as long as `[conversations]` says.
         */
        post: operations["create_conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a conversation
         * @description One conversation, without its messages.
         */
        get: operations["get_conversation"];
        put?: never;
        post?: never;
        /**
         * Delete a conversation
         * @description Forget it for good, with its messages and images.
         */
        delete: operations["delete_conversation"];
        options?: never;
        head?: never;
        /**
         * Change a conversation
         * @description Rename it, pin it, set it up anew, or show another branch of it.
         */
        patch: operations["change_conversation"];
        trace?: never;
    };
    "/api/conversations/{conversation_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export a conversation
         * @description The whole conversation as a file.
         */
        get: operations["export_conversation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversation_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List messages
         * @description The end of a branch, of the one that is shown where none is named, oldest message first.
         */
        get: operations["list_messages"];
        put?: never;
        /**
         * Add a message
         * @description Add a message after another one, or as a beginning; up to 4 MiB. Nothing is asked of a model: that is `/v1`.
         */
        post: operations["add_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversation_id}/messages/{message_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a message
         * @description Forget it for good, with all that follows it.
         */
        delete: operations["delete_message"];
        options?: never;
        head?: never;
        /**
         * Edit a message
         * @description Put other content in its place. Add a second message after the same one to keep both.
         */
        patch: operations["edit_message"];
        trace?: never;
    };
    "/api/conversations/{conversation_id}/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep an image
         * @description Keep an image for messages of this conversation.
         */
        post: operations["add_image"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversation_id}/images/{image_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an image
         * @description The bytes of an image.
         */
        get: operations["get_image"];
        put?: never;
        post?: never;
        /**
         * Delete an image
         * @description Forget an image; messages that show it say so.
         */
        delete: operations["delete_image"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/trust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List publishers' keys
         * @description Every key that is trusted or revoked, oldest first, and which key came after which.
         */
        get: operations["list_publisher_keys"];
        put?: never;
        /**
         * Trust a publisher's key
         * @description Trust what is signed with a key, and with keys that it says come after it.
         */
        post: operations["add_publisher_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/trust/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Forget a publisher's key
         * @description Forget a key, and which key came after it. Plugins that are installed stay so.
         */
        delete: operations["remove_publisher_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/trust/{key_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a publisher's key
         * @description Trust nothing that a key signed, or nothing from a day on; its word on which key comes after it counts as signed too.
         */
        post: operations["revoke_publisher_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a login
         * @description How a remote plugin is signed in to.
         */
        get: operations["get_plugin_login"];
        put?: never;
        /**
         * Begin to sign in
         * @description Find out who signs people in for a remote plugin, and give the address where a person does so.
         *
         *     Without a redirect the browser comes back to the gateway; else send what it brings back to finish.
         */
        post: operations["begin_plugin_login"];
        /**
         * Sign out
         * @description Forget the tokens of a plugin, and have its authorization server revoke them.
         */
        delete: operations["end_plugin_login"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/login/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a login with what a browser brought back
         * @description Take the address that the browser was sent to in the end. It serves once.
         */
        post: operations["finish_plugin_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List approvals
         * @description Calls that a person was asked about, newest first. A decision stays here for 30 days.
         */
        get: operations["list_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an approval
         * @description One call that a person was asked about.
         */
        get: operations["get_approval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve a call
         * @description Let a call be made: one that waits goes on at once, one that came back passes when it is made again within an hour.
         */
        post: operations["approve_call"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deny a call
         * @description Let a call fail, and the same one for an hour. An approval that was not used up is taken back.
         */
        post: operations["deny_call"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List plugins
         * @description Every plugin that is installed, by name.
         */
        get: operations["list_plugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/discovered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what can be installed by name
         * @description Bundles in the folders of the configuration, and those that packages of this Python bring.
         */
        get: operations["discover_plugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look at a plugin before it is installed
         * @description Fetch a plugin and tell what it asks for. Nothing of it runs, and it waits for an hour.
         */
        post: operations["propose_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/proposals/bundle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a bundle
         * @description Send an MCPB bundle and be told what it asks for. Nothing of it runs, and it waits for an hour.
         */
        post: operations["propose_bundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/proposals/openapi": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an OpenAPI document
         * @description Send an OpenAPI document, whose operations are to be tools, and be told what it asks for.
         */
        post: operations["propose_openapi"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/proposals/{proposal_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a proposal
         * @description What waits to be installed.
         */
        get: operations["get_proposal"];
        put?: never;
        post?: never;
        /**
         * Forget a proposal
         * @description Do not install it.
         */
        delete: operations["drop_proposal"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/proposals/{proposal_id}/install": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Install a plugin
         * @description Install what was proposed: what it needs is installed in the sandbox, then it is started once to see what it offers.
         */
        post: operations["install_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a plugin
         * @description One plugin.
         */
        get: operations["get_plugin"];
        put?: never;
        post?: never;
        /**
         * Remove a plugin
         * @description Forget it, its versions and its secrets. What it kept stays for when it is installed again, unless that is said.
         */
        delete: operations["remove_plugin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a plugin's tools
         * @description The tools that were accepted of a plugin.
         */
        get: operations["list_plugin_tools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a plugin's versions
         * @description The versions that are on the disk, which it can go back to.
         */
        get: operations["list_plugin_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a plugin
         * @description Let it be called. It is started to see whether it works; one that failed is tried again.
         */
        post: operations["enable_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable a plugin
         * @description Take no more calls of it; those under way end in their own time.
         */
        post: operations["disable_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart a plugin
         * @description End its process; the next call starts another.
         */
        post: operations["restart_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove what a plugin kept
         * @description End its process, and remove its data folder.
         */
        post: operations["clear_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/use": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use another version
         * @description Go back, or on, to a version that is on the disk.
         */
        post: operations["use_plugin_version"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/configure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change settings
         * @description Change settings and secrets. It is started with them before they hold.
         */
        post: operations["configure_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change permissions
         * @description Let it have these permissions and no others. It is started with them before they hold.
         */
        post: operations["grant_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Review what a plugin offers
         * @description How what it offers now differs from what was accepted. It is started for that.
         */
        get: operations["review_plugin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept what a plugin offers
         * @description Accept what was reviewed, and let it be called again.
         */
        post: operations["accept_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/tools/{tool_name}/call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call a tool
         * @description Call a tool as the key of the request: what it may see, limits and approvals hold as at `/mcp`. Whoever leaves cancels the call.
         */
        post: operations["call_plugin_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/tools/{tool_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a tool
         * @description What a tool takes and gives, as it was accepted.
         */
        get: operations["get_plugin_tool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what a plugin wrote
         * @description The last lines that it wrote to standard error, how its process did, and connections that were refused to it; of this worker.
         */
        get: operations["get_plugin_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/log/follow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow what a plugin writes
         * @description What it writes from now on, as long as the client listens and may.
         */
        get: operations["follow_plugin_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/frames": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Watch a plugin's frames
         * @description The frames that it exchanges with the gateway, as long as the client listens and may; what users said is in them. Of this worker.
         */
        post: operations["watch_plugin_frames"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List changes
         * @description Every change made over this API, newest first. Entries are never changed.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the status
         * @description How the gateway is doing. It answers also while the store does not.
         */
        get: operations["get_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the configuration
         * @description The configuration as it runs: the file's values and the defaults, without secrets.
         */
        get: operations["get_config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/config/reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reload the configuration
         * @description Read the configuration file again. A valid file swaps in whole; an invalid one changes nothing (409).
         *
         *     The problem's `errors` then hold every mistake with its file and line.
         */
        post: operations["reload_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the log level
         * @description The lowest level that is logged of every request.
         */
        get: operations["get_log"];
        /**
         * Set the log level
         * @description Log from another level on, at once and until the next start.
         */
        put: operations["put_log"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/themes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List themes
         * @description All themes: those of the package, then those of the data folder, with what is wrong with their files.
         */
        get: operations["list_themes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/themes/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a theme
         * @description A theme with its report card: every pair that is seen together, its ratio and what it needs.
         */
        get: operations["get_theme"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to events
         * @description What happens from now on, of this worker. It ends with the session, and after ten minutes: who listens on comes again.
         */
        get: operations["listen_to_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/config/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List settings
         * @description Every setting of the configuration as it runs, by its dotted name: its value, where that comes from, what it means.
         *
         *     Secrets are redacted. What is kept in the store is listed where it belongs: providers, models, limits.
         */
        get: operations["list_config_values"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tool-calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List calls of plugins
         * @description Calls of plugins, newest first: by clients of `/mcp`, in chats and by hand; also failed, abandoned and refused ones.
         */
        get: operations["list_tool_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tool-calls/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sum up calls of plugins
         * @description How many calls there were, how many failed and were refused, and how long they took; of a day when no `since` is given.
         */
        get: operations["sum_tool_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tool-calls/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a call of a plugin
         * @description One call by its request id.
         */
        get: operations["get_tool_call"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Abilities
         * @description What a model can do; null where it is not known, and then its provider decides.
         */
        Abilities: {
            /**
             * Tools
             * @description `prompted`: the gateway describes tools in the prompt and reads the calls from the text.
             */
            tools: ("native" | "prompted" | "none") | null;
            /** Parallel Tools */
            parallel_tools: boolean | null;
            /**
             * Tool Choice
             * @description Whether a call of a tool can be demanded.
             */
            tool_choice: boolean | null;
            /**
             * Json Schema
             * @description Who holds answers to a JSON schema: `native` is the provider, `checked` the gateway.
             */
            json_schema: ("native" | "checked") | null;
            /** Vision */
            vision: boolean | null;
            /** Audio Input */
            audio_input: boolean | null;
            /** Pdf Input */
            pdf_input: boolean | null;
            /**
             * Image Urls
             * @description Whether the provider fetches images by their URL.
             */
            image_urls: boolean | null;
            /** Reasoning */
            reasoning: boolean | null;
            /**
             * Prefill
             * @description Whether its answer may be begun for it.
             */
            prefill: boolean | null;
            /**
             * System
             * @description Whether it takes system messages.
             */
            system: boolean | null;
        };
        /**
         * AcceptBody
         * @description What was reviewed.
         */
        AcceptBody: {
            /**
             * Digest
             * @description As the review has it: what is accepted is that and nothing that came since.
             */
            digest: string;
        };
        /**
         * AffectedKey
         * @description A key that met an error.
         */
        AffectedKey: {
            /** Id */
            id: string;
            /**
             * Name
             * @description Null when it is not known any more.
             */
            name: string | null;
        };
        /**
         * AliasSettings
         * @description A model that clients can call by this name.
         */
        AliasSettings: {
            /**
             * Deployments
             * @description What stands behind the alias, in order of preference.
             */
            deployments: components["schemas"]["DeploymentSettings"][];
            /**
             * Strategy
             * @description How a deployment is chosen among those that are healthy: "ordered" takes the first; "weighted" shares calls out by weight; "least_busy" takes the one with the fewest calls under way; "latency" the one that answers sooner, of two taken by chance; "cost" the one that the call costs least at; "auto" the cheapest that is good enough for what is asked.
             * @default ordered
             * @enum {string}
             */
            strategy?: "ordered" | "weighted" | "least_busy" | "latency" | "cost" | "auto";
            /**
             * @description What the strategy "auto" looks for.
             * @example {
             *       "quality": 0.85
             *     }
             */
            auto?: components["schemas"]["AutoSettings"];
            /**
             * Answers
             * @description What happens to structured answers, and to arguments of strict tools, that the provider does not hold to their schema itself: "check" makes a violation an error; "repair" looks at the arguments of every function too and asks the model once more first; "trust" passes everything.
             * @default check
             * @enum {string}
             */
            answers?: "trust" | "check" | "repair";
            /**
             * Vision Fallback
             * @description Model that takes the calls with images when this one cannot see; they are refused when left out.
             * @example seeing
             */
            vision_fallback?: string | null;
            /** @description Whether and how its answers are kept to be given again; as in [cache] when left out. */
            cache?: components["schemas"]["ModelCacheSettings"] | null;
            /**
             * Limits
             * @description Limits that hold for all calls of this name together, whoever makes them, and for calls of its deployments as provider/model too.
             * @example shared
             */
            limits?: string | null;
            /**
             * Fallbacks
             * @description Models that are asked in turn when every deployment failed. A fallback is reached under the limits of the model that was asked for; the limits of the fallback's own name do not count it.
             * @default []
             * @example [
             *       "smollm2"
             *     ]
             */
            fallbacks?: string[];
            /**
             * Context Fallbacks
             * @description Models that take what is too long for every deployment.
             * @default []
             * @example [
             *       "long"
             *     ]
             */
            context_fallbacks?: string[];
            /**
             * Content Fallbacks
             * @description Models that take what a provider's content policy refused.
             * @default []
             * @example [
             *       "open"
             *     ]
             */
            content_fallbacks?: string[];
            /** @description How often calls are tried; as in [retry] when left out. */
            retry?: components["schemas"]["RetrySettings"] | null;
            /** @description Limits on waiting for the model, in seconds. */
            timeouts?: components["schemas"]["ModelTimeouts"];
            /**
             * Stream Recovery
             * @description What becomes of a stream that breaks off after its first token: "error" tells the client; "continue" lets another attempt go on from what was said; "hold" sends nothing before the answer is whole, so that another attempt can answer unseen.
             * @default error
             * @enum {string}
             */
            stream_recovery?: "error" | "continue" | "hold";
            /**
             * @description A second deployment that is asked while the first one is silent; true for the defaults.
             * @example true
             */
            hedge?: boolean | components["schemas"]["HedgeSettings"] | null;
        };
        /**
         * Analytics
         * @description Numbers over a span of whole periods, in all and by group.
         */
        Analytics: {
            /**
             * Since
             * Format: date-time
             * @description The beginning of the first period.
             */
            since: string;
            /**
             * Until
             * Format: date-time
             * @description The end of the last period.
             */
            until: string;
            /**
             * Granularity
             * @enum {string}
             */
            granularity: "minute" | "hour" | "day";
            /**
             * Counts
             * @description What is counted: attempts where providers or deployments are asked about. A call that a fallback saved is `ok`, and its first attempt `failed`.
             * @enum {string}
             */
            counts: "calls" | "attempts";
            /**
             * Periods
             * @description The beginnings of the periods, which the values of every series belong to.
             */
            periods: string[];
            total: components["schemas"]["Measures"];
            /** Series */
            series: {
                [key: string]: (number | string | null)[];
            };
            /**
             * Groups
             * @description The largest first.
             */
            groups: components["schemas"]["AnalyticsGroup"][];
            /**
             * Left Out
             * @description Groups beyond the limit.
             */
            left_out: number;
        };
        /**
         * AnalyticsGroup
         * @description The numbers of a group.
         */
        AnalyticsGroup: {
            /**
             * Group
             * @description A value for each dimension asked for, a key by its id; `*` stands for all that were too many to be kept.
             * @example {
             *       "model": "smollm2"
             *     }
             */
            group: {
                [key: string]: string;
            };
            /**
             * Key Name
             * @description With the dimension `key`: its name.
             */
            key_name?: string | null;
            total: components["schemas"]["Measures"];
            /** Series */
            series: {
                [key: string]: (number | string | null)[];
            };
        };
        /**
         * Answered
         * @description Calls that were answered without asking a provider, by how.
         */
        Answered: {
            /**
             * Hit
             * @description By an answer to the same question.
             */
            hit: number;
            /**
             * Shared
             * @description By an identical call that was under way.
             */
            shared: number;
            /**
             * Semantic
             * @description By an answer to a question of the same meaning.
             */
            semantic: number;
            /**
             * Stale
             * @description By an answer that had expired, as no provider answered.
             */
            stale: number;
        };
        /**
         * AnthropicBody
         * @description A provider with Anthropic's Messages API, to keep in the store.
         */
        AnthropicBody: {
            /**
             * Kind
             * @description Dialect of the API: Anthropic's Messages.
             * @constant
             */
            kind: "anthropic";
            /**
             * Base Url
             * Format: uri
             * @description Base of the API, the part before /messages.
             * @default https://api.anthropic.com/v1
             */
            base_url?: string;
            /**
             * Api Key
             * @description The key itself, which is kept encrypted and never shown, or `secret:NAME`; left out for an API that asks for none. References to the environment and to files are for the configuration file only.
             */
            api_key?: string | null;
            /** @description Limits on waiting for the provider, in seconds. */
            timeouts?: components["schemas"]["Timeouts"];
            /**
             * Headers
             * @description Further headers of every request; a value is text or, for anything secret, `secret:NAME`.
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * Proxy
             * @description HTTP proxy for this provider; "none" ignores HTTPS_PROXY and HTTP_PROXY, which count otherwise.
             * @example http://proxy.internal:3128
             */
            proxy?: string | null;
            /**
             * Ca File
             * @description PEM file with the certificate authorities to trust instead of the system's.
             * @example tls/ca.pem
             */
            ca_file?: string | null;
            /**
             * Max Response Bytes
             * @description Largest answer in bytes; a longer one is cut with an error.
             * @default 67108864
             */
            max_response_bytes?: number;
            /**
             * Max Connections
             * @description Most connections open at once.
             * @default 1000
             */
            max_connections?: number;
            /**
             * Models
             * @description Models to list; others of the provider can be called too.
             * @default []
             */
            models?: string[];
            /**
             * Prices
             * @description Provider in the catalogue whose prices and limits hold; by the kind and base_url when left out.
             * @example openai
             */
            prices?: string | null;
            /**
             * Auth
             * @description How the key is sent: "key" as x-api-key, "bearer" as authorization.
             * @default key
             * @enum {string}
             */
            auth?: "key" | "bearer";
            /**
             * Version
             * @description The API's version, sent as anthropic-version.
             * @default 2023-06-01
             */
            version?: string;
            /**
             * Batches
             * @description Whether it has Anthropic's Message Batches, which batches of one model then go to; at api.anthropic.com alone when left out.
             * @example true
             */
            batches?: boolean | null;
        };
        /**
         * Approval
         * @description A call that a person was asked about.
         */
        Approval: {
            /** Id */
            id: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Plugin */
            plugin: string;
            /**
             * Tool
             * @description Its name in the plugin.
             */
            tool: string;
            /**
             * Key Id
             * @description The key that called.
             */
            key_id: string;
            /** Key Name */
            key_name: string | null;
            /**
             * Arguments
             * @description What the tool is called with, as JSON in a string; null for keys without the scope `admin`, and when it was stored under another secret.key.
             */
            arguments: string | null;
            /**
             * Cut
             * @description Whether the arguments are longer than is shown in a list; one by itself is shown whole.
             */
            cut: boolean;
            /**
             * Unseen
             * @description What stands in the arguments and is not seen by a reader, in words.
             */
            unseen: string[];
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "approved" | "denied" | "expired" | "used";
            /**
             * Whole Tool
             * @description Whether all calls of the tool by this key are approved, not just this one.
             */
            whole_tool: boolean;
            /** Decided At */
            decided_at: string | null;
            /**
             * Decided By
             * @description The id of the key that decided; empty for nobody.
             */
            decided_by: string;
            /**
             * Expires At
             * Format: date-time
             * @description Until when it can be decided on; of one that was decided on, how long that holds.
             */
            expires_at: string;
            /** Reason */
            reason: string;
        };
        /**
         * ApprovalList
         * @description Approvals, newest first.
         */
        ApprovalList: {
            /** Data */
            data: components["schemas"]["Approval"][];
            /**
             * Next
             * @description Give it as `before` for the next, older page; null at the end.
             */
            next: string | null;
        };
        /**
         * ApproveBody
         * @description That a call may be made.
         */
        ApproveBody: {
            /**
             * Minutes
             * @description Let all calls of the tool by the same key pass for so many minutes; only this one, once, when left out.
             */
            minutes?: number | null;
            /**
             * Reason
             * @description Why; whoever called is told.
             * @default
             */
            reason?: string;
        };
        /**
         * Attempt
         * @description One try at one deployment.
         */
        Attempt: {
            /** Provider */
            provider: string;
            /**
             * Deployment
             * @description The model at the provider.
             */
            deployment: string;
            /**
             * At Ms
             * @description When it began, in milliseconds from the call's start.
             */
            at_ms: number;
            /**
             * Ms
             * @description How long it took.
             */
            ms: number;
            /** First Token Ms */
            first_token_ms: number | null;
            /**
             * Outcome
             * @description As a call's; or `lost` (another attempt was faster) or `skipped` (passed over, not called).
             * @enum {string}
             */
            outcome: "ok" | "failed" | "cut" | "lost" | "skipped" | "abandoned";
            /** Status */
            status: number;
            /** Error */
            error: string;
            /** Message */
            message: string;
            usage: components["schemas"]["Tokens"] | null;
            /**
             * Cost
             * @description US dollars, exact; null where the price is not known.
             */
            cost: string | null;
            /**
             * Why
             * @description Why this deployment, or why it was skipped.
             */
            why: string;
            /**
             * Waited Ms
             * @description Of its time: in the deployment's queue.
             */
            waited_ms: number;
        };
        /**
         * AuditEntry
         * @description A change, and who made it.
         */
        AuditEntry: {
            /** Id */
            id: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Actor
             * @description The id of the key that acted.
             */
            actor: string;
            /**
             * Actor Name
             * @description That key's name; null when it is not known.
             */
            actor_name: string | null;
            /**
             * Action
             * @example key.create
             */
            action: string;
            /**
             * Target
             * @description The id or name acted on.
             */
            target: string;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
            /**
             * Ip
             * @description The address the request came from; empty on the same machine without a server.
             */
            ip: string;
        };
        /**
         * AuditList
         * @description Changes, newest first.
         */
        AuditList: {
            /** Data */
            data: components["schemas"]["AuditEntry"][];
            /**
             * Next
             * @description Send it as `before` for the changes before these; null at the end.
             */
            next: string | null;
        };
        /**
         * AutoSettings
         * @description What the strategy "auto" looks for: the cheapest deployment that is good enough.
         */
        AutoSettings: {
            /**
             * Quality
             * @description How likely an answer has to be good. What a deployment's quality makes of that depends on how much the request takes, and what people say of answers corrects it.
             * @default 0.7
             * @example 0.85
             */
            quality?: number;
            /**
             * Embeddings
             * @description Whether the embedded embedding model helps to tell how much a request takes, in 50 ms at most; features of the text alone tell it where it is not installed.
             * @default true
             */
            embeddings?: boolean;
        };
        /**
         * AzureBody
         * @description A resource of Azure OpenAI, to keep in the store.
         */
        AzureBody: {
            /**
             * Kind
             * @description Azure OpenAI.
             * @constant
             */
            kind: "azure";
            /**
             * Base Url
             * Format: uri
             * @description The resource's endpoint, without a path.
             * @example https://example.openai.azure.com
             */
            base_url: string;
            /**
             * Api Key
             * @description The key itself, which is kept encrypted and never shown, or `secret:NAME`; left out for an API that asks for none. References to the environment and to files are for the configuration file only.
             */
            api_key?: string | null;
            /** @description Limits on waiting for the provider, in seconds. */
            timeouts?: components["schemas"]["Timeouts"];
            /**
             * Headers
             * @description Further headers of every request; a value is text or, for anything secret, `secret:NAME`.
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * Proxy
             * @description HTTP proxy for this provider; "none" ignores HTTPS_PROXY and HTTP_PROXY, which count otherwise.
             * @example http://proxy.internal:3128
             */
            proxy?: string | null;
            /**
             * Ca File
             * @description PEM file with the certificate authorities to trust instead of the system's.
             * @example tls/ca.pem
             */
            ca_file?: string | null;
            /**
             * Max Response Bytes
             * @description Largest answer in bytes; a longer one is cut with an error.
             * @default 67108864
             */
            max_response_bytes?: number;
            /**
             * Max Connections
             * @description Most connections open at once.
             * @default 1000
             */
            max_connections?: number;
            /**
             * Models
             * @description Models to list; others of the provider can be called too.
             * @default []
             */
            models?: string[];
            /**
             * Prices
             * @description Provider in the catalogue whose prices and limits hold; by the kind and base_url when left out.
             * @example openai
             */
            prices?: string | null;
            /**
             * Token
             * @description Reference to a Microsoft Entra ID access token, sent as a bearer token instead of a key.
             * @example file:/run/secrets/azure-token
             */
            token?: string | null;
            /**
             * Api Version
             * @description Version of the API (api-version) for its dated form; the v1 form, which has none, when left out.
             * @example 2024-10-21
             */
            api_version?: string | null;
            /**
             * Dialects
             * @description Forms of chat its deployments take, the preferred one first; by the API's version when left out.
             * @example [
             *       "chat"
             *     ]
             */
            dialects?: ("chat" | "responses")[] | null;
            /**
             * Stream Usage
             * @description Whether streams ask for usage (stream_options); false for an API version that refuses the field.
             * @default true
             */
            stream_usage?: boolean;
            /**
             * Batches
             * @description Whether its deployments are made for batches (of the type GlobalBatch), which batches of one model then go to.
             * @default false
             */
            batches?: boolean;
        };
        /**
         * Batch
         * @description A batch: many requests in one file.
         */
        Batch: {
            /** Id */
            id: string;
            /** Key Id */
            key_id: string;
            /**
             * Key Name
             * @description The name of the key that made it; null when it is not known any more.
             */
            key_name: string | null;
            /**
             * Endpoint
             * @description What its lines ask for.
             */
            endpoint: string;
            /**
             * Model
             * @description The model that all lines name; empty when they name several.
             */
            model: string;
            /**
             * Status
             * @enum {string}
             */
            status: "validating" | "failed" | "in_progress" | "finalizing" | "completed" | "expired" | "cancelling" | "cancelled";
            /**
             * Runner
             * @description `gateway` when the gateway sends the lines, `native` when a provider's batch API answers them; empty until that is decided.
             */
            runner: string;
            /**
             * Provider
             * @description The provider whose batch API answers the lines; empty when there is none.
             */
            provider: string;
            /**
             * Reason
             * @description Why it waits; empty when it does not.
             */
            reason: string;
            /**
             * Waits Until
             * @description Until when it is known to wait.
             */
            waits_until: string | null;
            /**
             * Total
             * @description Lines; 0 until they were counted.
             */
            total: number;
            /**
             * Completed
             * @description Lines that were answered.
             */
            completed: number;
            /**
             * Failed
             * @description Lines that were not answered, and will not be.
             */
            failed: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** In Progress At */
            in_progress_at: string | null;
            /**
             * Expires At
             * Format: date-time
             * @description When the lines that are left then are given up.
             */
            expires_at: string;
            /** Cancelling At */
            cancelling_at: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Input File Id */
            input_file_id: string;
            /**
             * Output File Id
             * @description The answers: GET /v1/files/{id}/content.
             */
            output_file_id: string | null;
            /**
             * Error File Id
             * @description The lines that were not answered.
             */
            error_file_id: string | null;
            /**
             * Errors
             * @description Why it failed, when it did.
             */
            errors: components["schemas"]["BatchMistake"][];
            /** Metadata */
            metadata: {
                [key: string]: string;
            };
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /**
             * Cost
             * @description US dollars, as far as prices are known.
             */
            cost: string;
        };
        /**
         * BatchList
         * @description Batches, newest first.
         */
        BatchList: {
            /** Data */
            data: components["schemas"]["Batch"][];
            /**
             * Next
             * @description Pass it as before for the next page; null at the end.
             */
            next: string | null;
        };
        /**
         * BatchMistake
         * @description Why a batch failed.
         */
        BatchMistake: {
            /** Code */
            code: string;
            /** Message */
            message: string;
            /**
             * Line
             * @description The line of the input file, from 1; null where it is about no line.
             */
            line: number | null;
            /**
             * Param
             * @description The field at fault.
             */
            param: string | null;
        };
        /**
         * BudgetSettings
         * @description What may be spent in a period: money, tokens, or both.
         */
        BudgetSettings: {
            /**
             * Usd
             * @description US dollars that calls may cost together.
             * @example 50
             */
            usd?: number | null;
            /**
             * Tokens
             * @description Tokens of prompts and answers together.
             * @example 10000000
             */
            tokens?: number | null;
            /**
             * Per
             * @description The period, by the calendar in UTC: weeks begin on Monday, months on their first day.
             * @example month
             * @enum {string}
             */
            per: "day" | "week" | "month";
        };
        /**
         * CacheStatus
         * @description What the workers of this host keep, and what that did since they started.
         */
        CacheStatus: {
            /**
             * Entries
             * @description Answers in memory.
             */
            entries: number;
            /**
             * Questions
             * @description Questions that are compared by meaning.
             */
            questions: number;
            /**
             * Bytes
             * @description Memory that answers take.
             */
            bytes: number;
            /**
             * Max Bytes
             * @description Memory that they may take, of all workers together.
             */
            max_bytes: number;
            /**
             * Evicted
             * @description Answers that went for want of room.
             */
            evicted: number;
            /**
             * Shared
             * @description Whether answers are shared with other processes over the state.
             */
            shared: boolean;
            answered: components["schemas"]["Answered"];
            /**
             * Misses
             * @description Calls that asked a provider as nothing was kept.
             */
            misses: number;
            /**
             * Bypassed
             * @description Calls that the cache had no part in.
             */
            bypassed: number;
            /**
             * Saved
             * @description What the answers cost that were given again, in US dollars; those without a price left out.
             */
            saved: string;
            /**
             * Saved Tokens
             * @description Their tokens.
             */
            saved_tokens: number;
        };
        /**
         * Call
         * @description One call: what was asked of which model, what it used and how it ended.
         */
        Call: {
            /**
             * Id
             * @description The request id, as in x-request-id.
             */
            id: string;
            /**
             * At
             * Format: date-time
             * @description When it began.
             */
            at: string;
            /** Key Id */
            key_id: string;
            /**
             * Key Name
             * @description The key's name; null when it is not known any more.
             */
            key_name: string | null;
            /** Endpoint */
            endpoint: string;
            /**
             * Model
             * @description The name the client used; empty when it was none.
             */
            model: string;
            /** Provider */
            provider: string;
            /**
             * Deployment
             * @description The model at the provider.
             */
            deployment: string;
            /** Streamed */
            streamed: boolean;
            /**
             * Outcome
             * @description `ok`, `failed` (no answer), `cut` (the provider broke off), `abandoned` (the client left) or `refused` (the gateway said no).
             * @enum {string}
             */
            outcome: "ok" | "failed" | "cut" | "abandoned" | "refused";
            /** Status */
            status: number;
            /**
             * Error
             * @description The code of the error; empty when there was none.
             */
            error: string;
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /**
             * Cached Tokens
             * @description Of the prompt's: read from the provider's cache.
             */
            cached_tokens: number;
            /**
             * Cache Write Tokens
             * @description Of the prompt's: written to the provider's cache, where that is billed.
             */
            cache_write_tokens: number;
            /**
             * Reasoning Tokens
             * @description Of the completion's.
             */
            reasoning_tokens: number;
            /**
             * Estimated
             * @description Whether the gateway counted the tokens, because the provider did not.
             */
            estimated: boolean;
            /**
             * Cost
             * @description US dollars, exact; null where the price is not known.
             * @example 0.0031
             */
            cost: string | null;
            /** Latency Ms */
            latency_ms: number;
            /** First Token Ms */
            first_token_ms: number | null;
            /** Attempts */
            attempts: number;
            /**
             * Trace
             * @description The traceparent the client sent.
             */
            trace: string;
            /**
             * Team
             * @description The team of the key; empty for none.
             */
            team: string;
            /**
             * User
             * @description The user of the key; empty for none.
             */
            user: string;
            /**
             * Cache
             * @description What the cache did; empty where it was not asked.
             * @enum {string}
             */
            cache: "" | "miss" | "hit" | "shared" | "semantic" | "stale" | "bypass";
            /**
             * Message
             * @description The error in words; empty when there was none.
             */
            message: string;
            /**
             * Saved
             * @description US dollars that an answer from the cache would have cost; null where that is not known.
             * @example 0.0031
             */
            saved: string | null;
        };
        /**
         * CallList
         * @description Calls, newest first.
         */
        CallList: {
            /** Data */
            data: components["schemas"]["Call"][];
            /**
             * Next
             * @description Send it as `before` for the calls before these; null at the end.
             */
            next: string | null;
        };
        /**
         * CapabilitySettings
         * @description What a model can do, where the catalogue does not know it or is wrong.
         */
        CapabilitySettings: {
            /**
             * Tools
             * @description "native"; "prompted" where the gateway describes tools in the prompt and reads the calls from the text; "none".
             */
            tools?: ("native" | "prompted" | "none") | null;
            /**
             * Parallel Tools
             * @description Whether it may call several tools at once.
             */
            parallel_tools?: boolean | null;
            /**
             * Tool Choice
             * @description Whether a call of a tool can be demanded.
             */
            tool_choice?: boolean | null;
            /**
             * Json Schema
             * @description Who holds answers to a JSON schema: "native" is the provider, "checked" the gateway.
             */
            json_schema?: ("native" | "checked") | null;
            /**
             * Vision
             * @description Whether it takes images.
             */
            vision?: boolean | null;
            /**
             * Audio Input
             * @description Whether it takes audio.
             */
            audio_input?: boolean | null;
            /**
             * Pdf Input
             * @description Whether it takes documents.
             */
            pdf_input?: boolean | null;
            /**
             * Image Urls
             * @description Whether the provider fetches images by their URL; the gateway does when it does not.
             */
            image_urls?: boolean | null;
            /**
             * Reasoning
             * @description Whether it can think before it answers.
             */
            reasoning?: boolean | null;
            /**
             * Prefill
             * @description Whether its answer may be begun for it.
             */
            prefill?: boolean | null;
            /**
             * System
             * @description Whether it takes system messages.
             */
            system?: boolean | null;
        };
        /**
         * Change
         * @description One thing that is different of a model. Prices are US dollars, of tokens per million; empty is nothing.
         */
        Change: {
            /** Model */
            model: string;
            /** Provider */
            provider: string;
            /**
             * Field
             * @example input
             * @example output above 200000
             * @example max_output
             * @example deprecated
             */
            field: string;
            /** Before */
            before: string;
            /** After */
            after: string;
        };
        /**
         * Config
         * @description The configuration as it runs.
         */
        Config: {
            /**
             * Settings
             * @description As in the file, with defaults; what may be secret is redacted.
             */
            settings: {
                [key: string]: unknown;
            };
            /**
             * Sources
             * @description Where each provider and alias is defined.
             */
            sources: {
                [key: string]: string;
            };
        };
        /**
         * ConfigValue
         * @description One setting.
         */
        ConfigValue: {
            /**
             * Name
             * @example server.port
             */
            name: string;
            /**
             * Value
             * @description As it runs; what may be secret is redacted.
             */
            value: unknown;
            /**
             * About
             * @description What it means.
             */
            about: string;
            /**
             * Source
             * @description Where its value comes from.
             * @enum {string}
             */
            source: "file" | "command line" | "environment" | "default";
            /**
             * Line
             * @description The line of the configuration file, from 1, where it stands there.
             */
            line: number | null;
        };
        /**
         * ConfigValues
         * @description The settings of the configuration, in the order of the reference.
         */
        ConfigValues: {
            /**
             * File
             * @description The configuration file; null when there is none.
             */
            file: string | null;
            /** Data */
            data: components["schemas"]["ConfigValue"][];
        };
        /**
         * ConfigureBody
         * @description Settings to change; null takes a value away.
         */
        ConfigureBody: {
            /**
             * Settings
             * @description Values of settings, by name.
             * @default {}
             */
            settings?: {
                [key: string]: string | number | boolean | string[] | null;
            };
            /**
             * Secrets
             * @description Values of sensitive settings, by name.
             * @default {}
             */
            secrets?: {
                [key: string]: string;
            };
        };
        /**
         * Conversation
         * @description A conversation, without its messages.
         */
        Conversation: {
            /** Id */
            id: string;
            /** Title */
            title: string;
            /** Pinned */
            pinned: boolean;
            /**
             * Settings
             * @description How it goes on: models, system prompt, parameters, tools. Kept as it is sent, up to 64 KiB.
             */
            settings: {
                [key: string]: unknown;
            };
            /**
             * Leaf
             * @description The last message of the branch that is shown.
             */
            leaf: string | null;
            /**
             * Messages
             * @description How many it has, all branches together.
             */
            messages: number;
            /**
             * Bytes
             * @description What it takes, with its images.
             */
            bytes: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** @description The last message with what was searched for. */
            hit?: components["schemas"]["Hit"] | null;
        };
        /**
         * ConversationBody
         * @description A new conversation.
         */
        ConversationBody: {
            /**
             * Title
             * @description What it is called; empty until it is named.
             * @default
             */
            title?: string;
            /**
             * Settings
             * @description How it goes on: models, system prompt, parameters, tools. Kept as it is sent, up to 64 KiB.
             * @default {}
             */
            settings?: {
                [key: string]: unknown;
            };
        };
        /**
         * ConversationChange
         * @description What changes of a conversation.
         */
        ConversationChange: {
            /** Title */
            title?: string | null;
            /** Pinned */
            pinned?: boolean | null;
            /**
             * Settings
             * @description How it goes on: models, system prompt, parameters, tools. Kept as it is sent, up to 64 KiB.
             */
            settings?: {
                [key: string]: unknown;
            } | null;
            /**
             * Show
             * @description Show the newest branch that goes through this message.
             */
            show?: string | null;
        };
        /**
         * ConversationList
         * @description Conversations, changed last first.
         */
        ConversationList: {
            /** Data */
            data: components["schemas"]["Conversation"][];
            /**
             * Next
             * @description Give it as `before` for the next, older page; null at the end.
             */
            next: string | null;
        };
        /**
         * DefinitionChange
         * @description A definition that says something else than what was accepted.
         */
        DefinitionChange: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "tool" | "prompt" | "resource template" | "instructions";
            /** Name */
            name: string;
            /**
             * Before
             * @description What was accepted, in lines; null where there was nothing.
             */
            before: string | null;
            /**
             * After
             * @description What it says now, in lines; null where it is gone.
             */
            after: string | null;
        };
        /**
         * DenyBody
         * @description That a call may not be made.
         */
        DenyBody: {
            /**
             * Reason
             * @description Why; whoever called is told.
             * @default
             */
            reason?: string;
        };
        /**
         * Deployment
         * @description One provider's model behind a model, with what is known of it.
         */
        Deployment: {
            /** Provider */
            provider: string;
            /**
             * Model
             * @description Its name at the provider.
             */
            model: string;
            /**
             * Weight
             * @description Its share of the calls, for strategies that share them out.
             */
            weight: number;
            /**
             * Known
             * @description Whether the catalogue or the configuration knows the model. Calls of one that is not known work, and are recorded without a cost.
             */
            known: boolean;
            /**
             * Mode
             * @description What it is for, as the catalogue says; empty when not known.
             * @example chat
             */
            mode: string;
            /** @description For calls with a short prompt; null when not known. */
            price: components["schemas"]["Price"] | null;
            capabilities: components["schemas"]["Abilities"];
            /**
             * Deprecated
             * @description The day on which its provider takes it away; null when none is known.
             */
            deprecated: string | null;
            /**
             * Context
             * @description Tokens that prompt and answer may have together; null when not known.
             */
            context: number | null;
            /**
             * Max Output
             * @description Tokens that an answer may have; null when not known.
             */
            max_output: number | null;
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "starting" | "restarting" | "failed" | "stopped";
            /**
             * Reason
             * @description Why it is not ready; empty when it is.
             */
            reason: string;
        };
        /**
         * DeploymentHealth
         * @description How a deployment is doing, as the process that answers sees it; breakers stand alike in all of them.
         */
        DeploymentHealth: {
            /**
             * Deployment
             * @description Its id: provider/model.
             */
            deployment: string;
            /**
             * Provider
             * @description The provider.
             */
            provider: string;
            /**
             * Model
             * @description The provider's name for the model.
             */
            model: string;
            /**
             * Aliases
             * @description The aliases that it stands behind.
             */
            aliases: string[];
            /**
             * State
             * @description closed: calls go there; open: none do; half_open: one tries it; recovering: it gets a growing share.
             * @enum {string}
             */
            state: "closed" | "open" | "half_open" | "recovering";
            /**
             * Reason
             * @description Why it is in that state; empty when it is closed.
             */
            reason: string;
            /**
             * Retry At
             * @description When it is tried again; null when it may be now.
             */
            retry_at: string | null;
            /**
             * Share
             * @description The part of its calls that it gets, 0 to 1.
             */
            share: number;
            /**
             * In Flight
             * @description Calls under way.
             */
            in_flight: number;
            /**
             * First Token P50 Ms
             * @description Half of the first tokens of the last minutes came within.
             */
            first_token_p50_ms: number | null;
            /**
             * First Token P95 Ms
             * @description 95 of 100 first tokens of the last minutes came within.
             */
            first_token_p95_ms: number | null;
            /**
             * Tokens Per Second
             * @description Tokens a second of late.
             */
            tokens_per_second: number | null;
            /**
             * Calls
             * @description Calls that ended within the breaker's window.
             */
            calls: number;
            /**
             * Error Rate
             * @description The share of them that failed by its doing; null when there are none.
             */
            error_rate: number | null;
            /** @description The last probe by this process. */
            last_probe: components["schemas"]["Probe"] | null;
        };
        /**
         * DeploymentSettings
         * @description One provider's model behind an alias.
         */
        DeploymentSettings: {
            /**
             * Provider
             * @description Name of a provider of this file, one found in the environment, or "local".
             */
            provider: string;
            /**
             * Model
             * @description Name of the model at the provider.
             */
            model: string;
            /**
             * Weight
             * @description Share of the calls, for strategies that share them out.
             * @default 1
             */
            weight?: number;
            /**
             * Quality
             * @description Share of hard requests that it answers well, for the strategy "auto"; by its name, as far as that is known, when left out.
             * @example 0.9
             */
            quality?: number | null;
            /**
             * Concurrency
             * @description Calls that may be under way at once; further ones wait, by priority and in turns of keys. Processes that share a state divide them, and so do models that have the same deployment. No limit when left out.
             * @example 32
             */
            concurrency?: number | null;
            /**
             * Queue
             * @description Calls that may wait; what comes on top is refused, the lowest priority first.
             * @default 256
             */
            queue?: number;
            /**
             * Context
             * @description Tokens that prompt and answer may have together; as in the catalogue when left out.
             */
            context?: number | null;
            /**
             * Max Output
             * @description Tokens that an answer may have; as in the catalogue when left out.
             */
            max_output?: number | null;
            /** @description What it costs; as in the catalogue when left out. Calls as provider/model cost the dearest of the prices given for that model. */
            price?: components["schemas"]["PriceSettings"] | null;
            /** @description What it can do; what is left out is as in the catalogue. */
            capabilities?: components["schemas"]["CapabilitySettings"] | null;
            /**
             * Deprecated
             * @description Day on which the provider takes the model away; as in the catalogue when left out.
             */
            deprecated?: string | null;
        };
        /**
         * DisableBody
         * @description Why.
         */
        DisableBody: {
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * EmbeddedStatus
         * @description How an embedded model is doing.
         */
        EmbeddedStatus: {
            /** Name */
            name: string;
            /** State */
            state: string;
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             * @description When it entered this state.
             */
            since: string;
            /** Restarts */
            restarts: number;
        };
        /**
         * Entry
         * @description What is known of a model at a provider.
         */
        Entry: {
            /**
             * Name
             * @description Its name in the catalogue.
             * @example gpt-5-mini
             */
            name: string;
            /**
             * Provider
             * @description Its provider in the catalogue, as `prices` of a provider names it.
             */
            provider: string;
            /**
             * Mode
             * @description What it is for.
             * @example chat
             */
            mode: string;
            /** @description Null when not known. */
            price: components["schemas"]["Price"] | null;
            /** Long Prices */
            long_prices: components["schemas"]["LongPrice"][];
            /**
             * Context
             * @description Tokens that prompt and answer may have together; null when not known.
             */
            context: number | null;
            /**
             * Max Output
             * @description Tokens that an answer may have; null when not known.
             */
            max_output: number | null;
            capabilities: components["schemas"]["Abilities"];
            /**
             * Prompt Caching
             * @description Whether its provider caches prompts.
             */
            prompt_caching: boolean | null;
            /**
             * Web Search
             * @description Whether its provider can search the web for it.
             */
            web_search: boolean | null;
            /**
             * Deprecated
             * @description The day on which it is taken away; null when none is known.
             */
            deprecated: string | null;
        };
        /**
         * EntryList
         * @description Entries, by provider and name, and what there is in all.
         */
        EntryList: {
            origin: components["schemas"]["Origin"];
            /**
             * Providers
             * @description How many entries each provider has.
             */
            providers: {
                [key: string]: number;
            };
            /** Data */
            data: components["schemas"]["Entry"][];
            /**
             * Next
             * @description Send it as `before` for the next page; null on the last.
             */
            next: string | null;
        };
        /**
         * ErrorDetail
         * @description A group of errors, whom it met and when.
         */
        ErrorDetail: {
            /** Fingerprint */
            fingerprint: string;
            /** Code */
            code: string;
            /** Status */
            status: number;
            /**
             * Provider
             * @description Empty for errors that no provider made.
             */
            provider: string;
            /** Deployment */
            deployment: string;
            /** Endpoint */
            endpoint: string;
            /**
             * Pattern
             * @description What their messages have in common.
             * @example Provider openai did not answer in # s.
             */
            pattern: string;
            /**
             * Message
             * @description The newest one's message.
             */
            message: string;
            /**
             * Hint
             * @description What to do about errors of this code; empty where the code alone does not tell.
             */
            hint: string;
            /**
             * Example Id
             * @description The newest one's request id, as in x-request-id.
             */
            example_id: string;
            /**
             * First Seen
             * Format: date-time
             */
            first_seen: string;
            /**
             * Last Seen
             * Format: date-time
             */
            last_seen: string;
            /**
             * Count
             * @description How many came in the span asked about.
             */
            count: number;
            /**
             * Saved
             * @description Of these: how many met a call that was answered all the same.
             */
            saved: number;
            /**
             * Keys
             * @description Keys that met one, ever; 100 stands for 100 or more.
             */
            keys: number;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /**
             * Granularity
             * @enum {string}
             */
            granularity: "minute" | "hour" | "day";
            /** Affected */
            affected: components["schemas"]["AffectedKey"][];
            /** Periods */
            periods: string[];
            /**
             * Counts
             * @description How many came in each period.
             */
            counts: number[];
        };
        /**
         * ErrorGroup
         * @description Errors that are alike: of one code, at one place, with the same message but for numbers, ids and what is quoted.
         */
        ErrorGroup: {
            /** Fingerprint */
            fingerprint: string;
            /** Code */
            code: string;
            /** Status */
            status: number;
            /**
             * Provider
             * @description Empty for errors that no provider made.
             */
            provider: string;
            /** Deployment */
            deployment: string;
            /** Endpoint */
            endpoint: string;
            /**
             * Pattern
             * @description What their messages have in common.
             * @example Provider openai did not answer in # s.
             */
            pattern: string;
            /**
             * Message
             * @description The newest one's message.
             */
            message: string;
            /**
             * Hint
             * @description What to do about errors of this code; empty where the code alone does not tell.
             */
            hint: string;
            /**
             * Example Id
             * @description The newest one's request id, as in x-request-id.
             */
            example_id: string;
            /**
             * First Seen
             * Format: date-time
             */
            first_seen: string;
            /**
             * Last Seen
             * Format: date-time
             */
            last_seen: string;
            /**
             * Count
             * @description How many came in the span asked about.
             */
            count: number;
            /**
             * Saved
             * @description Of these: how many met a call that was answered all the same.
             */
            saved: number;
            /**
             * Keys
             * @description Keys that met one, ever; 100 stands for 100 or more.
             */
            keys: number;
        };
        /**
         * ErrorList
         * @description Groups of errors.
         */
        ErrorList: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Data */
            data: components["schemas"]["ErrorGroup"][];
            /**
             * Others
             * @description Errors in groups that were too many to be kept.
             */
            others: number;
        };
        /**
         * ErrorPart
         * @description Why the answer ended before it was whole.
         */
        ErrorPart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "error";
            /** Code */
            code: string;
            /** Text */
            text: string;
            /**
             * Hint
             * @default
             */
            hint?: string;
        };
        /**
         * EverybodysSessions
         * @description Who is signed in, newest first.
         */
        EverybodysSessions: {
            /** Data */
            data: components["schemas"]["SomebodysSession"][];
            /**
             * Next
             * @description Give this as `before` for the next page; null on the last one.
             */
            next: string | null;
        };
        /**
         * Exported
         * @description A conversation with everything in it but the bytes of images.
         */
        Exported: {
            conversation: components["schemas"]["Conversation"];
            /** Messages */
            messages: components["schemas"]["Message"][];
        };
        /**
         * FoundBundle
         * @description A bundle that lies where bundles are looked for.
         */
        FoundBundle: {
            /** Name */
            name: string;
            /** Version */
            version: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Source */
            source: string;
            /**
             * Installed
             * @description The version that is installed; empty for none.
             */
            installed: string;
            /**
             * Fault
             * @description Why it cannot be installed; empty where it can.
             */
            fault: string;
        };
        /**
         * FoundList
         * @description Bundles that can be installed by their names.
         */
        FoundList: {
            /** Data */
            data: components["schemas"]["FoundBundle"][];
        };
        /**
         * GeminiBody
         * @description A provider with Google's Gemini API, to keep in the store.
         */
        GeminiBody: {
            /**
             * Kind
             * @description Dialect of the API: Google's generateContent.
             * @constant
             */
            kind: "gemini";
            /**
             * Base Url
             * Format: uri
             * @description Base of the API, the part before /models.
             * @default https://generativelanguage.googleapis.com/v1beta
             */
            base_url?: string;
            /**
             * Api Key
             * @description The key itself, which is kept encrypted and never shown, or `secret:NAME`; left out for an API that asks for none. References to the environment and to files are for the configuration file only.
             */
            api_key?: string | null;
            /** @description Limits on waiting for the provider, in seconds. */
            timeouts?: components["schemas"]["Timeouts"];
            /**
             * Headers
             * @description Further headers of every request; a value is text or, for anything secret, `secret:NAME`.
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * Proxy
             * @description HTTP proxy for this provider; "none" ignores HTTPS_PROXY and HTTP_PROXY, which count otherwise.
             * @example http://proxy.internal:3128
             */
            proxy?: string | null;
            /**
             * Ca File
             * @description PEM file with the certificate authorities to trust instead of the system's.
             * @example tls/ca.pem
             */
            ca_file?: string | null;
            /**
             * Max Response Bytes
             * @description Largest answer in bytes; a longer one is cut with an error.
             * @default 67108864
             */
            max_response_bytes?: number;
            /**
             * Max Connections
             * @description Most connections open at once.
             * @default 1000
             */
            max_connections?: number;
            /**
             * Models
             * @description Models to list; others of the provider can be called too.
             * @default []
             */
            models?: string[];
            /**
             * Prices
             * @description Provider in the catalogue whose prices and limits hold; by the kind and base_url when left out.
             * @example openai
             */
            prices?: string | null;
        };
        /**
         * GrantBody
         * @description What is granted from now on, instead of what was.
         */
        GrantBody: {
            permissions: components["schemas"]["PermissionsBody"];
            limits?: components["schemas"]["LimitsBody"] | null;
        };
        /**
         * Group
         * @description Sums over the calls of a group.
         */
        Group: {
            /** Calls */
            calls: number;
            /**
             * Errors
             * @description Calls that failed or were cut.
             */
            errors: number;
            /** Refused */
            refused: number;
            /** Abandoned */
            abandoned: number;
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /** Cached Tokens */
            cached_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /**
             * Cost
             * @description US dollars, exact, over the calls whose price is known.
             */
            cost: string;
            /**
             * Unpriced
             * @description Calls whose price is not known.
             */
            unpriced: number;
            /** Latency P50 Ms */
            latency_p50_ms: number | null;
            /** Latency P95 Ms */
            latency_p95_ms: number | null;
            /** First Token P50 Ms */
            first_token_p50_ms: number | null;
            /** Tokens Per Second */
            tokens_per_second: number | null;
            /**
             * Group
             * @description A value for each dimension asked for: a day or hour by its first moment, a key by its id.
             * @example {
             *       "model": "smollm2"
             *     }
             */
            group: {
                [key: string]: string;
            };
            /**
             * Key Name
             * @description With the dimension `key`: its name.
             */
            key_name?: string | null;
        };
        /**
         * HealthEvent
         * @description A change of a deployment's breaker.
         */
        HealthEvent: {
            /**
             * Id
             * @description Its id.
             */
            id: string;
            /**
             * At
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /**
             * Before
             * @description The state before.
             * @enum {string}
             */
            before: "closed" | "open" | "half_open" | "recovering";
            /**
             * After
             * @description The state after.
             * @enum {string}
             */
            after: "closed" | "open" | "half_open" | "recovering";
            /**
             * Reason
             * @description Why.
             */
            reason: string;
            /**
             * Wait Seconds
             * @description After which time it was to be tried again.
             */
            wait_seconds: number;
        };
        /**
         * HealthHistory
         * @description What happened to a deployment.
         */
        HealthHistory: {
            /**
             * Data
             * @description Changes, newest first.
             */
            data: components["schemas"]["HealthEvent"][];
            /**
             * Next
             * @description Send it as before for older ones; null at the end.
             */
            next: string | null;
        };
        /**
         * HealthList
         * @description The health of every deployment.
         */
        HealthList: {
            /**
             * Data
             * @description Deployments of aliases first, then others that were called.
             */
            data: components["schemas"]["DeploymentHealth"][];
        };
        /**
         * HedgeSettings
         * @description A second attempt at another deployment while the first one is silent; the faster one answers, both are paid.
         */
        HedgeSettings: {
            /**
             * After
             * @description Seconds without a first token; the time within which 95 of 100 answers begin when left out.
             * @example 1.5
             */
            after?: number | null;
        };
        /**
         * Hit
         * @description Where a conversation has what was searched for.
         */
        Hit: {
            /** Message Id */
            message_id: string;
            /**
             * Text
             * @description The words around it.
             */
            text: string;
            /**
             * Marks
             * @description Where in the text the words stand: pairs of the first character and the one after the last.
             */
            marks: number[][];
        };
        /**
         * ImageBody
         * @description An image to keep.
         */
        ImageBody: {
            /**
             * Media Type
             * @enum {string}
             */
            media_type: "image/png" | "image/jpeg" | "image/webp" | "image/gif";
            /**
             * Data
             * @description Its bytes in base64, up to 5 MiB of them.
             */
            data: string;
        };
        /**
         * ImagePart
         * @description An image of the conversation.
         */
        ImagePart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "image";
            /**
             * Image
             * @description The image's id.
             */
            image: string;
            /**
             * Alt
             * @description What it shows, in words.
             * @default
             */
            alt?: string;
        };
        /**
         * InstallBody
         * @description What is said to a proposal.
         */
        InstallBody: {
            /**
             * Settings
             * @description Values of settings, by name.
             * @default {}
             */
            settings?: {
                [key: string]: string | number | boolean | string[] | null;
            };
            /**
             * Secrets
             * @description Values of sensitive settings, or HTTP fields for a remote server.
             * @default {}
             */
            secrets?: {
                [key: string]: string;
            };
            /** @description What is granted; all that is asked when left out. */
            permissions?: components["schemas"]["PermissionsBody"] | null;
            limits?: components["schemas"]["LimitsBody"] | null;
            /**
             * Unsigned
             * @description Accept that nobody who is trusted signed it, this once.
             * @default false
             */
            unsigned?: boolean;
            /**
             * Downgrade
             * @description Accept an older version, or other content under the same, this once.
             * @default false
             */
            downgrade?: boolean;
            /**
             * New Publisher
             * @description Accept that another publisher signed it than before, this once.
             * @default false
             */
            new_publisher?: boolean;
            /**
             * Enable
             * @description Whether it may be called at once.
             * @default true
             */
            enable?: boolean;
        };
        /**
         * KeptImage
         * @description An image that is kept.
         */
        KeptImage: {
            /** Id */
            id: string;
            /** Media Type */
            media_type: string;
            /** Bytes */
            bytes: number;
        };
        /**
         * Key
         * @description A key. The key itself is never shown again.
         */
        Key: {
            /**
             * Id
             * @example key_2x6yq0m5c3b8t1r9w7ha
             */
            id: string;
            /** Name */
            name: string;
            /**
             * Models
             * @description Names or patterns of the models it may call: `*` is any, `openai/*` every model of a provider.
             */
            models: string[];
            /**
             * Tools
             * @description What it sees of plugins: `*` is all, `files` one plugin, `files__read_*` tools of one. Resources and prompts go with whole plugins.
             */
            tools: string[];
            /**
             * Scopes
             * @description What it may do: `call` models, `admin:read` to look at everything here, `own` to have keys of its user's own, `admin` to change everything, `owner` also to say who may what. `owner` includes `admin`, and `admin` the two before it.
             */
            scopes: string[];
            /**
             * State
             * @enum {string}
             */
            state: "active" | "expired" | "revoked";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at: string | null;
            /** Revoked At */
            revoked_at: string | null;
            /**
             * Created By
             * @description The id of the key that made it, or a word for who else did.
             */
            created_by: string;
            /**
             * Team
             * @description The team it belongs to; empty for none.
             */
            team: string;
            /**
             * User
             * @description Whose it is; empty for nobody's.
             */
            user: string;
            /**
             * Priority
             * @description How urgent its calls are. A call may say that it is less urgent, never more.
             * @enum {string}
             */
            priority: "batch" | "low" | "normal" | "high";
            /**
             * Limits
             * @description The limits it has; when empty, those called `default` if there are any.
             */
            limits: string;
            /**
             * Secrets
             * @description The secrets that open it, oldest first; two while an overlap lasts.
             */
            secrets: components["schemas"]["KeySecret"][];
        };
        /**
         * KeyChange
         * @description What to change of a key; what is left out stays as it is.
         */
        KeyChange: {
            /**
             * Name
             * @description Its new name.
             */
            name?: string | null;
            /**
             * Models
             * @description Names or patterns of the models it may call: `*` is any, `openai/*` every model of a provider.
             */
            models?: string[] | null;
            /**
             * Tools
             * @description What it sees of plugins: `*` is all, `files` one plugin, `files__read_*` tools of one. Resources and prompts go with whole plugins.
             */
            tools?: string[] | null;
            /**
             * Scopes
             * @description What it may do: `call` models, `admin:read` to look at everything here, `own` to have keys of its user's own, `admin` to change everything, `owner` also to say who may what. `owner` includes `admin`, and `admin` the two before it.
             */
            scopes?: ("call" | "admin:read" | "own" | "admin" | "owner")[] | null;
            /**
             * Expires In Seconds
             * @description Seconds from now until it expires; at most ten years.
             */
            expires_in_seconds?: number | null;
            /**
             * Expires At
             * @description When it expires (ISO 8601); without a zone it is UTC. `null`: never.
             */
            expires_at?: string | null;
            /**
             * Team
             * @description The team it belongs to; empty for none.
             */
            team?: string | null;
            /**
             * User
             * @description Whose it is; empty for nobody's.
             */
            user?: string | null;
            /**
             * Priority
             * @description How urgent its calls are. A call may say that it is less urgent, never more.
             */
            priority?: ("batch" | "low" | "normal" | "high") | null;
            /**
             * Limits
             * @description The limits it has; when empty, those called `default` if there are any.
             */
            limits?: string | null;
        };
        /**
         * KeyCreate
         * @description A key to make.
         */
        KeyCreate: {
            /**
             * Name
             * @description What it is called; unique among keys that are not revoked.
             * @example ci
             */
            name: string;
            /**
             * Models
             * @description Names or patterns of the models it may call: `*` is any, `openai/*` every model of a provider.
             * @default [
             *       "*"
             *     ]
             * @example [
             *       "smollm2",
             *       "openai/*"
             *     ]
             */
            models?: string[];
            /**
             * Tools
             * @description What it sees of plugins: `*` is all, `files` one plugin, `files__read_*` tools of one. Resources and prompts go with whole plugins.
             * @default [
             *       "*"
             *     ]
             * @example [
             *       "files__read_*",
             *       "git"
             *     ]
             */
            tools?: string[];
            /**
             * Scopes
             * @description What it may do: `call` models, `admin:read` to look at everything here, `own` to have keys of its user's own, `admin` to change everything, `owner` also to say who may what. `owner` includes `admin`, and `admin` the two before it.
             * @default [
             *       "call"
             *     ]
             */
            scopes?: ("call" | "admin:read" | "own" | "admin" | "owner")[];
            /**
             * Expires In Seconds
             * @description Seconds from now until it expires; at most ten years.
             */
            expires_in_seconds?: number | null;
            /**
             * Expires At
             * @description When it expires (ISO 8601); without a zone it is UTC.
             */
            expires_at?: string | null;
            /**
             * Team
             * @description The team it belongs to; empty for none.
             * @default
             * @example search
             */
            team?: string;
            /**
             * User
             * @description Whose it is; empty for nobody's.
             * @default
             * @example ann@example.com
             */
            user?: string;
            /**
             * Priority
             * @description How urgent its calls are. A call may say that it is less urgent, never more.
             * @default normal
             * @enum {string}
             */
            priority?: "batch" | "low" | "normal" | "high";
            /**
             * Limits
             * @description The limits it has; when empty, those called `default` if there are any.
             * @default
             * @example small
             */
            limits?: string;
        };
        /**
         * KeyCreated
         * @description A key with its secret, which is shown now and never again.
         */
        KeyCreated: {
            /**
             * Id
             * @example key_2x6yq0m5c3b8t1r9w7ha
             */
            id: string;
            /** Name */
            name: string;
            /**
             * Models
             * @description Names or patterns of the models it may call: `*` is any, `openai/*` every model of a provider.
             */
            models: string[];
            /**
             * Tools
             * @description What it sees of plugins: `*` is all, `files` one plugin, `files__read_*` tools of one. Resources and prompts go with whole plugins.
             */
            tools: string[];
            /**
             * Scopes
             * @description What it may do: `call` models, `admin:read` to look at everything here, `own` to have keys of its user's own, `admin` to change everything, `owner` also to say who may what. `owner` includes `admin`, and `admin` the two before it.
             */
            scopes: string[];
            /**
             * State
             * @enum {string}
             */
            state: "active" | "expired" | "revoked";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at: string | null;
            /** Revoked At */
            revoked_at: string | null;
            /**
             * Created By
             * @description The id of the key that made it, or a word for who else did.
             */
            created_by: string;
            /**
             * Team
             * @description The team it belongs to; empty for none.
             */
            team: string;
            /**
             * User
             * @description Whose it is; empty for nobody's.
             */
            user: string;
            /**
             * Priority
             * @description How urgent its calls are. A call may say that it is less urgent, never more.
             * @enum {string}
             */
            priority: "batch" | "low" | "normal" | "high";
            /**
             * Limits
             * @description The limits it has; when empty, those called `default` if there are any.
             */
            limits: string;
            /**
             * Secrets
             * @description The secrets that open it, oldest first; two while an overlap lasts.
             */
            secrets: components["schemas"]["KeySecret"][];
            /**
             * Key
             * @description What clients send: authorization: Bearer sk-sg-…
             * @example sk-sg-…
             */
            key: string;
        };
        /**
         * KeyList
         * @description Keys, newest first.
         */
        KeyList: {
            /** Data */
            data: components["schemas"]["Key"][];
            /**
             * Next
             * @description Send it as `before` for the keys after these; null when there are none.
             */
            next: string | null;
        };
        /**
         * KeyRotate
         * @description How a key gets a new secret.
         */
        KeyRotate: {
            /**
             * Overlap Seconds
             * @description Seconds that the old secret still works beside the new one.
             * @default 86400
             */
            overlap_seconds?: number;
        };
        /**
         * KeySecret
         * @description A secret that opens the key, by its last characters.
         */
        KeySecret: {
            /**
             * Hint
             * @description Its last four characters.
             */
            hint: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * @description Set when it was replaced: until then both work.
             */
            expires_at: string | null;
        };
        /**
         * KeySignIn
         * @description Signing in with a key.
         */
        KeySignIn: {
            /**
             * Key
             * @description The key, sk-sg-….
             */
            key: string;
        };
        /**
         * LimitSettings
         * @description How much may be called. What is left out is not limited; calls that are refused count nothing.
         *
         *     Every key, team, user and model that names these limits has them for itself: they are counted for each apart.
         */
        LimitSettings: {
            /**
             * Rpm
             * @description Calls in any 60 seconds.
             * @example 600
             */
            rpm?: number | null;
            /**
             * Tpm
             * @description Tokens of prompts and answers in any 60 seconds. They are reserved before a call and corrected after it.
             * @example 200000
             */
            tpm?: number | null;
            /**
             * Concurrency
             * @description Calls under way at once.
             * @example 20
             */
            concurrency?: number | null;
            /**
             * @description Money or tokens for a day, week or month.
             * @example {
             *       "per": "month",
             *       "usd": 50
             *     }
             */
            budget?: components["schemas"]["BudgetSettings"] | null;
            /**
             * Soft
             * @description Share of a limit at which an event and a line in the log say that it is near, once a period.
             * @default 0.8
             */
            soft?: number;
            /**
             * Output Tokens
             * @description Tokens that are reserved for the answer of a call that names no max_tokens, where tokens or money are limited. The answer is held to them, and x-switchgear-clamped tells the client; with 0 it is not, and what it uses is counted afterwards.
             * @default 4096
             */
            output_tokens?: number;
            /**
             * Unpriced
             * @description What becomes of calls whose price is not known, where a budget is in usd: they pass and cost nothing, or are refused.
             * @default allow
             * @enum {string}
             */
            unpriced?: "allow" | "refuse";
        };
        /**
         * LimitsBody
         * @description What it gets at most; what is left out stays.
         */
        LimitsBody: {
            /** Memory Mb */
            memory_mb?: number | null;
            /** Processes */
            processes?: number | null;
            /** Cpus */
            cpus?: number | null;
            /** Disk Mb */
            disk_mb?: number | null;
            /** Calls Per Minute */
            calls_per_minute?: number | null;
            /** Concurrency */
            concurrency?: number | null;
            /** Seconds */
            seconds?: number | null;
            /** Response Bytes */
            response_bytes?: number | null;
        };
        /**
         * LimitsList
         * @description Limits by name.
         */
        LimitsList: {
            /** Data */
            data: components["schemas"]["switchgear__edge__admin__schemas__limits__Limits"][];
        };
        /**
         * LinkCreate
         * @description A one-time link to make.
         */
        LinkCreate: {
            /**
             * User
             * @description Whom it signs in, as their role says; empty for nobody by name.
             * @default
             * @example ann@example.com
             */
            user?: string;
            /**
             * Role
             * @description What its holder may do, where it names no user: viewer looks; developer calls, and has keys of their own; admin changes everything; owner also says who may what.
             * @default owner
             * @enum {string}
             */
            role?: "viewer" | "developer" | "admin" | "owner";
        };
        /**
         * LinkCreated
         * @description A link that signs in once. It is shown now and never again.
         */
        LinkCreated: {
            /**
             * Url
             * @example http://127.0.0.1:4100/?link=9f2c…
             */
            url: string;
            /**
             * Expires At
             * Format: date-time
             * @description When it opens nothing any more.
             */
            expires_at: string;
        };
        /**
         * LinkSignIn
         * @description Signing in with a one-time link.
         */
        LinkSignIn: {
            /**
             * Link
             * @description What stands behind ?link= in it.
             */
            link: string;
        };
        /**
         * LiteLLMBody
         * @description A provider that LiteLLM translates for, to keep in the store.
         */
        LiteLLMBody: {
            /**
             * Kind
             * @description A provider that LiteLLM translates for.
             * @constant
             */
            kind: "litellm";
            /**
             * Base Url
             * @description Base of the API; the provider's own when left out.
             * @example https://bedrock-runtime.eu-west-1.amazonaws.com
             */
            base_url?: string | null;
            /**
             * Api Key
             * @description The key itself, which is kept encrypted and never shown, or `secret:NAME`; left out for an API that asks for none. References to the environment and to files are for the configuration file only.
             */
            api_key?: string | null;
            /** @description Limits on waiting for the provider, in seconds. */
            timeouts?: components["schemas"]["Timeouts"];
            /**
             * Headers
             * @description Further headers of every request; a value is text or, for anything secret, `secret:NAME`.
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * Proxy
             * @description HTTP proxy for this provider; "none" ignores HTTPS_PROXY and HTTP_PROXY, which count otherwise.
             * @example http://proxy.internal:3128
             */
            proxy?: string | null;
            /**
             * Ca File
             * @description PEM file with the certificate authorities to trust instead of the system's.
             * @example tls/ca.pem
             */
            ca_file?: string | null;
            /**
             * Max Response Bytes
             * @description Largest answer in bytes; a longer one is cut with an error.
             * @default 67108864
             */
            max_response_bytes?: number;
            /**
             * Max Connections
             * @description Most connections open at once.
             * @default 1000
             */
            max_connections?: number;
            /**
             * Models
             * @description Models to list; others of the provider can be called too.
             * @default []
             */
            models?: string[];
            /**
             * Prices
             * @description Provider in the catalogue whose prices and limits hold; by the kind and base_url when left out.
             * @example openai
             */
            prices?: string | null;
            /**
             * Litellm Provider
             * @description LiteLLM's name for the provider; switchgear catalogue list names those whose models are known.
             * @example bedrock
             */
            litellm_provider: string;
            /**
             * Params
             * @description What else LiteLLM needs to know of the account, by LiteLLM's names; a value is text, a number, true or false or, for anything secret, a reference.
             * @example {
             *       "aws_region_name": "eu-west-1",
             *       "aws_secret_access_key": "env:AWS_SECRET_ACCESS_KEY"
             *     }
             */
            params?: {
                [key: string]: boolean | number | string;
            };
        };
        /**
         * LiteLLMName
         * @description A provider that LiteLLM translates for.
         */
        LiteLLMName: {
            /**
             * Name
             * @description LiteLLM's name for it: `litellm_provider`.
             * @example bedrock
             */
            name: string;
            /**
             * Title
             * @example Amazon Bedrock
             */
            title: string;
            /**
             * Offers
             * @description What it can be asked for: `chat`, `embeddings`, `rerank`.
             */
            offers: string[];
            /**
             * Needs
             * @description Settings it cannot do without, beside a key.
             * @example [
             *       "params.aws_region_name"
             *     ]
             */
            needs: string[];
            /**
             * Base Url
             * @description Where its API is, as far as LiteLLM says.
             */
            base_url: string | null;
            /**
             * Kind
             * @description The kind of our own that serves the same API better; null when none does.
             */
            kind: string | null;
            /**
             * Models
             * @description Models that the catalogue knows of it.
             */
            models: number;
        };
        /**
         * Log
         * @description The lowest level that is logged.
         */
        Log: {
            /**
             * Level
             * @enum {string}
             */
            level: "debug" | "info" | "warning" | "error";
        };
        /**
         * LogChange
         * @description The level to log from now on.
         */
        LogChange: {
            /**
             * Level
             * @description Least severity that is logged; holds until the next start or reload.
             * @enum {string}
             */
            level: "debug" | "info" | "warning" | "error";
        };
        /**
         * LoggedOut
         * @description A login that was ended.
         */
        LoggedOut: {
            /**
             * Revoked
             * @description Whether the authorization server was told, and took it.
             */
            revoked: boolean;
            /**
             * Note
             * @description Why not.
             */
            note: string;
        };
        /**
         * Login
         * @description How a plugin is signed in to.
         */
        Login: {
            /** Plugin */
            plugin: string;
            /**
             * State
             * @description ended: there was a login, and a person has to sign in again.
             * @enum {string}
             */
            state: "signed_out" | "signed_in" | "ended";
            /** Issuer */
            issuer: string;
            /** Client Id */
            client_id: string;
            /**
             * As Client
             * @description Whether the gateway is itself who calls.
             */
            as_client: boolean;
            /**
             * Scopes
             * @description What was given.
             */
            scopes: string[];
            /**
             * Wanted
             * @description What the plugin refused something for; the next login asks for it.
             */
            wanted: string[];
            /**
             * Renewable
             * @description Whether it goes on without a person when its token ends.
             */
            renewable: boolean;
            /**
             * Since
             * @description When its present token was got.
             */
            since: string | null;
            /**
             * Expires At
             * @description When its present token ends; null where nobody says.
             */
            expires_at: string | null;
            /**
             * Reason
             * @description Why it ended.
             */
            reason: string;
            /**
             * Note
             * @description Right after a login: why the plugin does not run all the same.
             * @default
             */
            note?: string;
        };
        /**
         * LoginAnswer
         * @description What a browser brought back.
         */
        LoginAnswer: {
            /**
             * Answer
             * @description The whole address that the browser was sent to in the end.
             */
            answer: string;
        };
        /**
         * LoginBegun
         * @description A login that was begun.
         */
        LoginBegun: {
            /**
             * Url
             * @description What a person has to open in a browser; empty where that is not needed.
             */
            url: string;
            /**
             * Redirect
             * @description Where the browser comes back to.
             */
            redirect: string;
            /**
             * Issuer
             * @description The authorization server that signs people in for the plugin.
             */
            issuer: string;
            /**
             * Scopes
             * @description What is asked for.
             */
            scopes: string[];
            /**
             * Expires At
             * @description How long an answer is waited for.
             */
            expires_at: string | null;
            /**
             * Note
             * @description Where nobody has to sign in: why the plugin does not run all the same.
             * @default
             */
            note?: string;
        };
        /**
         * LoginWish
         * @description How to sign in to a remote plugin.
         */
        LoginWish: {
            /**
             * Redirect
             * @description Where the browser comes back to on the machine of whoever signs in; the gateway itself when left out.
             * @default
             * @example http://127.0.0.1:53682/oauth/callback
             */
            redirect?: string;
            /**
             * Scopes
             * @description What to ask for; as the plugin says when left out.
             * @default []
             */
            scopes?: string[];
            /**
             * Client Id
             * @description A client that was registered with its authorization server, to be used from now on.
             * @default
             */
            client_id?: string;
            /**
             * Client Secret
             * @description Its secret, if it has one; kept encrypted.
             * @default
             */
            client_secret?: string;
            /**
             * Issuer
             * @description The authorization server where the client was registered.
             * @default
             */
            issuer?: string;
            /**
             * As Client
             * @description Nobody signs in: the gateway is itself who calls (client credentials), which takes a client with a secret.
             * @default false
             */
            as_client?: boolean;
        };
        /**
         * LongPrice
         * @description What calls with a long prompt cost.
         */
        LongPrice: {
            /**
             * Above
             * @description Prompt tokens above which it holds, for the whole call.
             */
            above: number;
            price: components["schemas"]["Price"];
        };
        /**
         * May
         * @description What may be done, for pages to show and hide; the API itself refuses the rest.
         */
        May: {
            /**
             * Read
             * @description Look at what the admin API shows.
             */
            read: boolean;
            /**
             * Call
             * @description Call models.
             */
            call: boolean;
            /**
             * Change
             * @description Change everything but who may what.
             */
            change: boolean;
            /**
             * Own Keys
             * @description Make, rotate and revoke keys of one's own.
             */
            own_keys: boolean;
            /**
             * Owner
             * @description Say who may what.
             */
            owner: boolean;
        };
        /**
         * Me
         * @description Who asks.
         */
        Me: {
            /**
             * User
             * @description The user; empty for a key or session that is nobody's.
             */
            user: string;
            /** Team */
            team: string;
            /**
             * Role
             * @description viewer looks; developer calls, and has keys of their own; admin changes everything; owner also says who may what. null for a key that only calls.
             */
            role: ("viewer" | "developer" | "admin" | "owner") | null;
            /**
             * Scopes
             * @description The scopes, those too that others include.
             */
            scopes: string[];
            /** @description null for one who presents a key. */
            session: components["schemas"]["MySession"] | null;
            /**
             * Key Id
             * @description The id that usage and the audit log have.
             */
            key_id: string;
            /** Key Name */
            key_name: string;
            may: components["schemas"]["May"];
            /**
             * Version
             * @description The gateway's version.
             */
            version: string;
            sign_in: components["schemas"]["SignInWays"];
        };
        /**
         * Measures
         * @description Everything that is measured. Percentiles are within 1 %, in milliseconds; null where there was nothing to measure.
         *
         *     Of calls, times are those of all but refused ones; of attempts, of those that answered.
         */
        Measures: {
            /**
             * Count
             * @description Calls, or attempts where these are counted.
             */
            count: number;
            /** Ok */
            ok: number;
            /**
             * Errors
             * @description Failed and cut ones.
             */
            errors: number;
            /** Failed */
            failed: number;
            /** Cut */
            cut: number;
            /** Abandoned */
            abandoned: number;
            /**
             * Refused
             * @description Calls that the gateway refused.
             */
            refused: number;
            /**
             * Lost
             * @description Attempts of calls that another attempt answered first.
             */
            lost: number;
            /**
             * Skipped
             * @description Deployments that were passed over.
             */
            skipped: number;
            /**
             * Attempts
             * @description Attempts that calls took together.
             */
            attempts: number;
            /**
             * Fallbacks
             * @description How often calls went on at another deployment because one had failed.
             */
            fallbacks: number;
            /** Cache Hits */
            cache_hits: number;
            /** Cache Misses */
            cache_misses: number;
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /** Cached Tokens */
            cached_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /**
             * Cost
             * @description US dollars, exact, where the price is known.
             * @example 0.0031
             */
            cost: string;
            /**
             * Unpriced
             * @description Those that used tokens whose price is not known.
             */
            unpriced: number;
            /**
             * Saved
             * @description US dollars that answers from the cache would have cost.
             */
            saved: string;
            /** Latency P50 Ms */
            latency_p50_ms: number | null;
            /** Latency P90 Ms */
            latency_p90_ms: number | null;
            /** Latency P95 Ms */
            latency_p95_ms: number | null;
            /** Latency P99 Ms */
            latency_p99_ms: number | null;
            /** First Token P50 Ms */
            first_token_p50_ms: number | null;
            /** First Token P90 Ms */
            first_token_p90_ms: number | null;
            /** First Token P95 Ms */
            first_token_p95_ms: number | null;
            /** First Token P99 Ms */
            first_token_p99_ms: number | null;
            /** Tokens Per Second */
            tokens_per_second: number | null;
        };
        /**
         * Message
         * @description A message of a conversation.
         */
        Message: {
            /** Id */
            id: string;
            /** Parent Id */
            parent_id: string | null;
            /**
             * Role
             * @enum {string}
             */
            role: "user" | "assistant";
            /**
             * State
             * @description `complete`, `stopped` by its reader, `cut` off, `failed`, or `waiting` for an approval.
             * @enum {string}
             */
            state: "complete" | "stopped" | "cut" | "failed" | "waiting";
            /**
             * Content
             * @description Its parts, as they were sent.
             */
            content: {
                [key: string]: unknown;
            }[];
            /** Model */
            model: string;
            /** Params */
            params: {
                [key: string]: unknown;
            };
            usage: components["schemas"]["MessageUsage"];
            timings: components["schemas"]["Timings"];
            /**
             * Cost Usd
             * @description US dollars, as a decimal number in a string; null where it is not known.
             */
            cost_usd: string | null;
            /** Call Id */
            call_id: string;
            /** Beside */
            beside: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Siblings
             * @description The ids of all messages that follow the same one, this among them.
             */
            siblings: string[];
        };
        /**
         * MessageBody
         * @description A message to add.
         */
        MessageBody: {
            /**
             * Id
             * @description Its id, chosen by the client so that sending it again adds it once.
             */
            id?: string | null;
            /**
             * Parent Id
             * @description The message it follows; a second one that follows the same is another branch.
             */
            parent_id?: string | null;
            /**
             * Role
             * @enum {string}
             */
            role: "user" | "assistant";
            /**
             * State
             * @default complete
             * @enum {string}
             */
            state?: "complete" | "stopped" | "cut" | "failed" | "waiting";
            /** Content */
            content: (components["schemas"]["TextPart"] | components["schemas"]["ImagePart"] | components["schemas"]["ReasoningPart"] | components["schemas"]["ToolPart"] | components["schemas"]["SaidPart"] | components["schemas"]["ErrorPart"])[];
            /**
             * Model
             * @default
             */
            model?: string;
            /**
             * Params
             * @default {}
             */
            params?: {
                [key: string]: unknown;
            };
            /**
             * @default {
             *       "prompt_tokens": 0,
             *       "completion_tokens": 0,
             *       "cached_tokens": 0,
             *       "reasoning_tokens": 0
             *     }
             */
            usage?: components["schemas"]["MessageUsage"];
            /** @default {} */
            timings?: components["schemas"]["Timings"];
            /**
             * Cost Usd
             * @description US dollars, as a decimal number in a string; null where it is not known.
             */
            cost_usd?: string | null;
            /**
             * Call Id
             * @description The id of the call that answered.
             * @default
             */
            call_id?: string;
            /**
             * Beside
             * @description One word for answers of several models to one question.
             * @default
             */
            beside?: string;
        };
        /**
         * MessageChange
         * @description Other content in the place of a message's.
         */
        MessageChange: {
            /** Content */
            content: (components["schemas"]["TextPart"] | components["schemas"]["ImagePart"] | components["schemas"]["ReasoningPart"] | components["schemas"]["ToolPart"] | components["schemas"]["SaidPart"] | components["schemas"]["ErrorPart"])[];
        };
        /**
         * MessageList
         * @description A piece of one branch, oldest first.
         */
        MessageList: {
            /** Data */
            data: components["schemas"]["Message"][];
            /**
             * Others
             * @description Answers that were given beside one of these, by other models.
             */
            others: components["schemas"]["Message"][];
            /**
             * Next
             * @description Give it as `before` for those before; null at the beginning.
             */
            next: string | null;
        };
        /**
         * MessageUsage
         * @description Tokens, as the gateway told them.
         */
        MessageUsage: {
            /**
             * Prompt Tokens
             * @default 0
             */
            prompt_tokens?: number;
            /**
             * Completion Tokens
             * @default 0
             */
            completion_tokens?: number;
            /**
             * Cached Tokens
             * @default 0
             */
            cached_tokens?: number;
            /**
             * Reasoning Tokens
             * @default 0
             */
            reasoning_tokens?: number;
        };
        /**
         * Model
         * @description A model that clients can call by its name.
         */
        Model: {
            /**
             * Name
             * @example fast
             */
            name: string;
            /**
             * Kind
             * @description A model defined here, a provider's model by its own name, or one the gateway brings.
             * @enum {string}
             */
            kind: "alias" | "provider" | "embedded";
            /**
             * Source
             * @description Where it is defined: the configuration file, the store (this API), the environment, or built in.
             * @enum {string}
             */
            source: "file" | "store" | "environment" | "embedded";
            /**
             * Strategy
             * @description How a deployment is chosen.
             */
            strategy: string;
            /**
             * Deployments
             * @description What answers, in order of preference.
             */
            deployments: components["schemas"]["Deployment"][];
            /** @description Of the first deployment. */
            price: components["schemas"]["Price"] | null;
            /**
             * Context
             * @description Of the first deployment.
             */
            context: number | null;
            /**
             * State
             * @description Of the first deployment; `failed` when no deployment's provider is there.
             * @enum {string}
             */
            state: "ready" | "starting" | "restarting" | "failed" | "stopped";
            /**
             * Reason
             * @description Why it is not ready; empty when it is.
             */
            reason: string;
            /**
             * Settings
             * @description Of an alias: as under `[models.NAME]` in the file, and as PUT takes it; null for others.
             */
            settings: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * ModelCacheSettings
         * @description Whether and how answers of one model are kept. What is left out is as in [cache].
         */
        ModelCacheSettings: {
            /**
             * Enabled
             * @description Whether they are kept.
             * @default true
             */
            enabled?: boolean;
            /**
             * Ttl
             * @description Seconds for which an answer is given again.
             * @example 300
             */
            ttl?: number | null;
            /**
             * Stale If Error
             * @description Seconds after its ttl for which an answer is still given when every deployment failed (RFC 5861).
             * @example 86400
             */
            stale_if_error?: number | null;
            /**
             * Semantic
             * @description Whether an answer is also given to a last message of the same meaning, where all that stands before it is the same (needs the extra: pip install 'switchgear[local]').
             * @default false
             */
            semantic?: boolean;
            /**
             * Threshold
             * @description Least cosine similarity of two messages of the same meaning; "switchgear cache evaluate" shows what it costs.
             * @default 0.99
             */
            threshold?: number;
        };
        /**
         * ModelList
         * @description Models: those defined here first, then each provider's own.
         */
        ModelList: {
            /** Data */
            data: components["schemas"]["Model"][];
        };
        /**
         * ModelTimeouts
         * @description Limits on waiting for a model, whichever deployment answers, in seconds. Those of its providers hold beside them.
         */
        ModelTimeouts: {
            /**
             * First Token
             * @description Seconds from sending the request to the first token of a streamed answer; then the next deployment is tried.
             * @example 10
             */
            first_token?: number | null;
            /**
             * Between Tokens
             * @description Seconds between two tokens of a streamed answer, whatever the provider sends to keep the connection alive.
             * @example 20
             */
            between_tokens?: number | null;
            /**
             * Total
             * @description Seconds for the whole call, over all attempts; no limit when left out.
             * @example 120
             */
            total?: number | null;
        };
        /**
         * MySession
         * @description The session that asks.
         */
        MySession: {
            /** Id */
            id: string;
            /**
             * Signed In By
             * @description How it began: with a one-time link, a key, or at the OpenID Connect server.
             * @enum {string}
             */
            signed_in_by: "link" | "key" | "oidc";
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * OidcWay
         * @description Signing in at an OpenID Connect server: GET /api/sign-in/oidc leads there.
         */
        OidcWay: {
            /**
             * Name
             * @description What people call it.
             * @example Example SSO
             */
            name: string;
        };
        /**
         * OllamaBody
         * @description An Ollama server, to keep in the store.
         */
        OllamaBody: {
            /**
             * Kind
             * @description Dialect of the API: Ollama's own.
             * @constant
             */
            kind: "ollama";
            /**
             * Base Url
             * Format: uri
             * @description Base of the API, the part before /api/chat.
             * @default http://127.0.0.1:11434
             */
            base_url?: string;
            /**
             * Api Key
             * @description The key itself, which is kept encrypted and never shown, or `secret:NAME`; left out for an API that asks for none. References to the environment and to files are for the configuration file only.
             */
            api_key?: string | null;
            /** @description Limits on waiting for the provider, in seconds. */
            timeouts?: components["schemas"]["Timeouts"];
            /**
             * Headers
             * @description Further headers of every request; a value is text or, for anything secret, `secret:NAME`.
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * Proxy
             * @description HTTP proxy for this provider; "none" ignores HTTPS_PROXY and HTTP_PROXY, which count otherwise.
             * @example http://proxy.internal:3128
             */
            proxy?: string | null;
            /**
             * Ca File
             * @description PEM file with the certificate authorities to trust instead of the system's.
             * @example tls/ca.pem
             */
            ca_file?: string | null;
            /**
             * Max Response Bytes
             * @description Largest answer in bytes; a longer one is cut with an error.
             * @default 67108864
             */
            max_response_bytes?: number;
            /**
             * Max Connections
             * @description Most connections open at once.
             * @default 1000
             */
            max_connections?: number;
            /**
             * Models
             * @description Models to list; others of the provider can be called too.
             * @default []
             */
            models?: string[];
            /**
             * Prices
             * @description Provider in the catalogue whose prices and limits hold; by the kind and base_url when left out.
             * @example openai
             */
            prices?: string | null;
        };
        /**
         * OpenAIBody
         * @description A provider with an OpenAI-compatible API, to keep in the store.
         */
        OpenAIBody: {
            /**
             * Kind
             * @description Dialect of the API; "openai" is any OpenAI-compatible one.
             * @default openai
             * @constant
             */
            kind?: "openai";
            /**
             * Base Url
             * Format: uri
             * @description Base of the API, the part before /chat/completions.
             * @example https://api.openai.com/v1
             */
            base_url: string;
            /**
             * Api Key
             * @description The key itself, which is kept encrypted and never shown, or `secret:NAME`; left out for an API that asks for none. References to the environment and to files are for the configuration file only.
             */
            api_key?: string | null;
            /** @description Limits on waiting for the provider, in seconds. */
            timeouts?: components["schemas"]["Timeouts"];
            /**
             * Headers
             * @description Further headers of every request; a value is text or, for anything secret, `secret:NAME`.
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * Proxy
             * @description HTTP proxy for this provider; "none" ignores HTTPS_PROXY and HTTP_PROXY, which count otherwise.
             * @example http://proxy.internal:3128
             */
            proxy?: string | null;
            /**
             * Ca File
             * @description PEM file with the certificate authorities to trust instead of the system's.
             * @example tls/ca.pem
             */
            ca_file?: string | null;
            /**
             * Max Response Bytes
             * @description Largest answer in bytes; a longer one is cut with an error.
             * @default 67108864
             */
            max_response_bytes?: number;
            /**
             * Max Connections
             * @description Most connections open at once.
             * @default 1000
             */
            max_connections?: number;
            /**
             * Models
             * @description Models to list; others of the provider can be called too.
             * @default []
             */
            models?: string[];
            /**
             * Prices
             * @description Provider in the catalogue whose prices and limits hold; by the kind and base_url when left out.
             * @example openai
             */
            prices?: string | null;
            /**
             * Dialects
             * @description Forms of chat the API takes, the preferred one first; "responses" too at api.openai.com and "chat" alone elsewhere when left out.
             * @example [
             *       "chat",
             *       "responses"
             *     ]
             */
            dialects?: ("chat" | "responses")[] | null;
            /**
             * Stream Usage
             * @description Whether streams ask the provider for usage (stream_options); false for an API that refuses the field.
             * @default true
             */
            stream_usage?: boolean;
            /**
             * Batches
             * @description Whether it has OpenAI's Batch API, which batches of one model then go to; at api.openai.com alone when left out.
             * @example true
             */
            batches?: boolean | null;
        };
        /**
         * Origin
         * @description Which catalogue holds.
         */
        Origin: {
            /**
             * Entries
             * @description How many entries it has.
             */
            entries: number;
            /**
             * Fetched From
             * @description Where it was fetched from; empty for the one of the package.
             */
            fetched_from: string;
            /**
             * Fetched At
             * @description When; empty for the one of the package.
             */
            fetched_at: string;
            /**
             * Note
             * @description Why it is empty, or not the one that was kept; empty when all is well.
             */
            note: string;
        };
        /**
         * Owner
         * @description A team or a user.
         */
        Owner: {
            /**
             * Name
             * @description `*` stands for all without an entry.
             * @example search
             */
            name: string;
            /**
             * Source
             * @description Where it is defined: the configuration file or the store (this API). `keys`: keys name it, and nobody defines it.
             * @enum {string}
             */
            source: "file" | "store" | "keys";
            /**
             * Limits
             * @description Its limits, those of `*` where it has no entry of its own; null for none.
             */
            limits: string | null;
            /**
             * Keys
             * @description How many active keys it has.
             */
            keys: number;
        };
        /**
         * OwnerBody
         * @description A team or a user to define.
         */
        OwnerBody: {
            /**
             * Limits
             * @description Limits that hold for all its keys together.
             */
            limits?: string | null;
        };
        /**
         * OwnerList
         * @description Teams by name.
         */
        OwnerList: {
            /** Data */
            data: components["schemas"]["Owner"][];
        };
        /**
         * Permissions
         * @description What is asked, granted or withheld.
         */
        Permissions: {
            /** Network */
            network: string[];
            /** Read */
            read: string[];
            /** Write */
            write: string[];
            /** Environment */
            environment: string[];
            /** Secrets */
            secrets: string[];
            /** Sampling */
            sampling: {
                [key: string]: unknown;
            } | null;
            /** Subprocesses */
            subprocesses: boolean;
            /**
             * Words
             * @description The same, a sentence for each.
             */
            words: string[];
        };
        /**
         * PermissionsBody
         * @description What is granted. What is left out is not.
         */
        PermissionsBody: {
            /**
             * Network
             * @description Where it may connect to, as host:port.
             * @default []
             * @example [
             *       "api.example.com:443"
             *     ]
             */
            network?: string[];
            /**
             * Read
             * @description Files and folders that it may read.
             * @default []
             */
            read?: string[];
            /**
             * Write
             * @description Files and folders that it may read and change.
             * @default []
             */
            write?: string[];
            /**
             * Environment
             * @description Environment variables of the gateway that it may see.
             * @default []
             */
            environment?: string[];
            /**
             * Secrets
             * @description Sensitive settings that it may use.
             * @default []
             */
            secrets?: string[];
            sampling?: components["schemas"]["SamplingBody"] | null;
            /**
             * Subprocesses
             * @description Whether it may start other programs inside its sandbox.
             * @default false
             */
            subprocesses?: boolean;
        };
        /**
         * Plugin
         * @description A plugin that is installed.
         */
        Plugin: {
            /** Name */
            name: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "bundle" | "remote" | "openapi";
            /**
             * State
             * @enum {string}
             */
            state: "discovered" | "installed" | "enabled" | "disabled" | "failed" | "quarantined";
            /** Reason */
            reason: string;
            /** Version */
            version: string;
            /** Previous */
            previous: string;
            /** Source */
            source: string;
            /** Digest */
            digest: string;
            /**
             * Publisher
             * @description The id of the key that signed it; empty for nobody.
             */
            publisher: string;
            /** Url */
            url: string;
            /** @description What holds: granted, filled in, and capped. */
            permissions: components["schemas"]["Permissions"];
            /** @description What a person granted, with settings still to be filled in; what holds is in `permissions`. */
            granted: components["schemas"]["Permissions"];
            /** @description What its manifest asks for, and what was granted besides. */
            asked: components["schemas"]["Permissions"];
            /**
             * Withheld
             * @description What was granted and the operator's policy does not let it have.
             */
            withheld: string[];
            limits: components["schemas"]["Limits"];
            /** Settings */
            settings: components["schemas"]["Setting"][];
            /** Tools */
            tools: number;
            /** Resources */
            resources: number;
            /** Prompts */
            prompts: number;
            /** @description null where it has not run since the gateway started. */
            process: components["schemas"]["Process"] | null;
            /**
             * Installed At
             * Format: date-time
             */
            installed_at: string;
        };
        /**
         * PluginCall
         * @description One call of a plugin. Neither arguments nor results are kept.
         */
        PluginCall: {
            /**
             * Id
             * @description The request id, as in x-request-id.
             */
            id: string;
            /**
             * At
             * Format: date-time
             * @description When it began.
             */
            at: string;
            /** Key Id */
            key_id: string;
            /**
             * Key Name
             * @description The key's name; null when it is not known any more.
             */
            key_name: string | null;
            /**
             * Team
             * @description The team of the key; empty for none.
             */
            team: string;
            /**
             * User
             * @description The user of the key; empty for none.
             */
            user: string;
            /** Plugin */
            plugin: string;
            /**
             * Version
             * @description The plugin's version.
             */
            version: string;
            /**
             * Tool
             * @description The tool, prompt, resource or task by the plugin's own name.
             */
            tool: string;
            /**
             * Method
             * @description What was asked, such as `tools/call`.
             * @example tools/call
             */
            method: string;
            /**
             * Outcome
             * @description `ok`, `failed` (no result), `abandoned` (the client left or cancelled) or `refused` (the gateway said no).
             * @enum {string}
             */
            outcome: "ok" | "failed" | "abandoned" | "refused";
            /**
             * Is Error
             * @description Whether the tool itself said that it failed.
             */
            is_error: boolean;
            /**
             * Error
             * @description The code of the error; empty when there was none.
             */
            error: string;
            /**
             * Ms
             * @description How long it took, in milliseconds.
             */
            ms: number;
            /**
             * Bytes In
             * @description Bytes of its params.
             */
            bytes_in: number;
            /**
             * Bytes Out
             * @description Bytes of its result.
             */
            bytes_out: number;
            /**
             * Parent
             * @description The call of a model that it was a part of; empty for none.
             */
            parent: string;
            /**
             * Step
             * @description Which of that call's steps it was.
             */
            step: number;
            /**
             * Trace
             * @description The traceparent the client sent.
             */
            trace: string;
        };
        /**
         * PluginCallList
         * @description Calls, newest first.
         */
        PluginCallList: {
            /** Data */
            data: components["schemas"]["PluginCall"][];
            /**
             * Next
             * @description Send it as `before` for the calls after these; null when there are none.
             */
            next: string | null;
        };
        /**
         * PluginList
         * @description Plugins, by name.
         */
        PluginList: {
            /** Data */
            data: components["schemas"]["Plugin"][];
        };
        /**
         * PluginLog
         * @description What happened lately, oldest first.
         */
        PluginLog: {
            /** Data */
            data: components["schemas"]["PluginLogEntry"][];
        };
        /**
         * PluginLogEntry
         * @description Something that happened to a plugin.
         */
        PluginLogEntry: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Kind
             * @description Whether it wrote a line to standard error, its process changed, or a connection was refused to it.
             * @enum {string}
             */
            kind: "wrote" | "state" | "denied";
            /** Text */
            text: string;
        };
        /**
         * Price
         * @description US dollars as decimal numbers, per million tokens where nothing else is said; null where not known.
         */
        Price: {
            /**
             * Input
             * @example 0.25
             */
            input: string | null;
            /**
             * Cached Input
             * @description Prompt tokens read from the provider's cache.
             * @example 0.025
             */
            cached_input: string | null;
            /**
             * Cache Write
             * @description Prompt tokens written to the provider's cache.
             * @example 0.25
             */
            cache_write: string | null;
            /**
             * Output
             * @example 2
             */
            output: string | null;
            /**
             * Reasoning
             * @example 2
             */
            reasoning: string | null;
            /**
             * Image
             * @description An image that is made.
             */
            image: string | null;
            /**
             * Second
             * @description A second of audio.
             */
            second: string | null;
            /**
             * Characters
             * @description A million characters of speech that is made.
             */
            characters: string | null;
            /**
             * Query
             * @description A query, of a model that ranks.
             */
            query: string | null;
        };
        /**
         * PriceSettings
         * @description What a model costs, in US dollars. A price that is left out is not known, also where the catalogue has one.
         */
        PriceSettings: {
            /**
             * Input
             * @description A million prompt tokens.
             * @example 0.25
             */
            input?: number | null;
            /**
             * Output
             * @description A million tokens of the answer.
             * @example 2
             */
            output?: number | null;
            /**
             * Cached Input
             * @description A million prompt tokens read from the provider's cache; as input when left out.
             */
            cached_input?: number | null;
            /**
             * Cache Write
             * @description A million prompt tokens written to the provider's cache; as input when left out.
             */
            cache_write?: number | null;
            /**
             * Reasoning
             * @description A million tokens of reasoning; as output when left out.
             */
            reasoning?: number | null;
            /**
             * Image
             * @description An image that is made.
             */
            image?: number | null;
            /**
             * Second
             * @description A second of audio.
             */
            second?: number | null;
            /**
             * Characters
             * @description A million characters of speech that is made.
             */
            characters?: number | null;
            /**
             * Query
             * @description A query, for a model that ranks.
             */
            query?: number | null;
        };
        /**
         * Probe
         * @description A deployment was asked how it is.
         */
        Probe: {
            /**
             * At
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Ms
             * @description Milliseconds it took.
             */
            ms: number;
            /**
             * Error
             * @description The code of what went wrong; empty when it answered.
             */
            error: string;
        };
        /**
         * Process
         * @description How its process or connection is.
         */
        Process: {
            /**
             * State
             * @enum {string}
             */
            state: "stopped" | "starting" | "running" | "waiting" | "draining" | "failed";
            /** Reason */
            reason: string;
            /**
             * Words
             * @description What it wrote last before it ended.
             */
            words: string[];
            /** Failures */
            failures: number;
            /**
             * Revision
             * @description The revision of MCP that it speaks.
             */
            revision: string;
            /**
             * Calls
             * @description Calls under way.
             */
            calls: number;
        };
        /**
         * Proposal
         * @description Something that may be installed.
         */
        Proposal: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Version */
            version: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "bundle" | "remote" | "openapi";
            /** Source */
            source: string;
            /**
             * Current
             * @description The version that is installed; empty for none.
             */
            current: string;
            /**
             * Trust
             * @description Who signed it, and what stands against it.
             */
            trust: string;
            /**
             * Flags
             * @description What has to be said to install it.
             */
            flags: ("unsigned" | "downgrade" | "new_publisher")[];
            asked: components["schemas"]["Permissions"];
            /** @description What it has once it is installed and nothing else is said. */
            granted: components["schemas"]["Permissions"];
            /**
             * More
             * @description What it asks for that was not granted to the version that is installed.
             */
            more: string[];
            /**
             * Withheld
             * @description What it asks for and the operator's policy does not let it have.
             */
            withheld: string[];
            limits: components["schemas"]["switchgear__edge__admin__schemas__plugins__Limits"];
            /** Settings */
            settings: components["schemas"]["Setting"][];
            /**
             * Signs In
             * @description Whether somebody has to sign in to it: switchgear plugin login NAME.
             */
            signs_in: boolean;
            /**
             * Headers
             * @description HTTP fields that a remote server wants, to be given as secrets.
             */
            headers: string[];
            /**
             * Needs
             * @description Other plugins that it needs, and their versions.
             */
            needs: {
                [key: string]: string;
            };
            /**
             * Tools
             * @description Tools that its manifest announces.
             */
            tools: string[];
            /**
             * Operations
             * @description Operations of an API as METHOD /path, by the names of their tools: the settings say which become tools.
             */
            operations: {
                [key: string]: string;
            };
        };
        /**
         * ProposalBody
         * @description Where a plugin comes from.
         */
        ProposalBody: {
            /**
             * Source
             * @description pypi:NAME, npm:NAME, https://…, registry:NAME, or the name of one that was discovered.
             * @example pypi:mcp-server-time
             */
            source: string;
            /**
             * Arguments
             * @description What its command is given besides, for a package.
             * @default []
             */
            arguments?: string[];
            /**
             * Name
             * @description What to call it, where it does not say itself.
             * @default
             */
            name?: string;
            /**
             * Variables
             * @description Variables that the environment of a package's server has: each becomes a setting of this name, a secret where it says true.
             * @default {}
             * @example {
             *       "API_KEY": true,
             *       "LOG_LEVEL": false
             *     }
             */
            variables?: {
                [key: string]: boolean;
            };
            /** @description What it is going to need, for a package that does not say. */
            permissions?: components["schemas"]["PermissionsBody"] | null;
        };
        /**
         * Provider
         * @description An account at an API we call.
         */
        Provider: {
            /**
             * Name
             * @example openai
             */
            name: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "openai" | "anthropic" | "gemini" | "azure" | "ollama" | "litellm" | "embedded";
            /**
             * Source
             * @description Where it is defined.
             * @enum {string}
             */
            source: "file" | "store" | "environment" | "embedded";
            /**
             * Base Url
             * @description Null for the embedded one, and where LiteLLM knows it.
             */
            base_url: string | null;
            /**
             * Api Key
             * @description The reference to its key, never the key.
             * @example env:OPENAI_API_KEY
             */
            api_key: string | null;
            /**
             * State
             * @description Whether calls can be sent; only a test tells if they work.
             * @enum {string}
             */
            state: "ready" | "failed";
            /** Reason */
            reason: string;
            /**
             * Supports
             * @description What it can be asked for; empty when it cannot be called.
             */
            supports: components["schemas"]["Support"][];
            /**
             * Settings
             * @description As in the file; what may be secret is redacted.
             */
            settings: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * ProviderKind
         * @description A kind of provider, and what its settings may be.
         */
        ProviderKind: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "openai" | "anthropic" | "gemini" | "azure" | "ollama" | "litellm";
            /**
             * Title
             * @example Anthropic
             */
            title: string;
            /** About */
            about: string;
            /**
             * Base Url
             * @description Where its API is when nothing else is said; null when that has to be said.
             */
            base_url: string | null;
            /**
             * Settings
             * @description JSON Schema (2020-12) of the body of PUT /api/providers/{name}, with a description of every field.
             */
            settings: {
                [key: string]: unknown;
            };
        };
        /**
         * ProviderKinds
         * @description What kinds of providers there are.
         */
        ProviderKinds: {
            /** Data */
            data: components["schemas"]["ProviderKind"][];
            /**
             * Litellm Installed
             * @description Whether LiteLLM is installed here: pip install 'switchgear[litellm]'.
             */
            litellm_installed: boolean;
            /**
             * Litellm
             * @description The providers of the kind `litellm`, by their names.
             */
            litellm: components["schemas"]["LiteLLMName"][];
        };
        /**
         * ProviderList
         * @description Providers, by name.
         */
        ProviderList: {
            /** Data */
            data: components["schemas"]["Provider"][];
        };
        /**
         * ProviderTest
         * @description What asking a provider for its models came to.
         */
        ProviderTest: {
            /** Ok */
            ok: boolean;
            /** Latency Ms */
            latency_ms: number;
            /**
             * Models
             * @description The models it says it has, at most 1,000 of them.
             */
            models: string[];
            /**
             * Supports
             * @description What it can be asked for.
             */
            supports: components["schemas"]["Support"][];
            error: components["schemas"]["TestError"] | null;
        };
        /**
         * PublisherKey
         * @description A key with which a publisher signs plugins.
         */
        PublisherKey: {
            /**
             * Id
             * @description The sha256 of the key, in hex.
             */
            id: string;
            /**
             * Key
             * @description The public key: `ed25519:` and 43 characters.
             */
            key: string;
            /** Name */
            name: string;
            /**
             * Plugins
             * @description Names or patterns of the plugins that it may sign for: `*` is any, `acme-*` those whose names begin so.
             */
            plugins: string[];
            /**
             * State
             * @enum {string}
             */
            state: "trusted" | "revoked";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Created By
             * @description The id of the key that added it.
             */
            created_by: string;
            /**
             * Added
             * @description Whether somebody added it; one that was only revoked vouches for nothing.
             */
            added: boolean;
            /** Revoked At */
            revoked_at: string | null;
            /**
             * Revoked From
             * @description From when on nothing it signed is trusted; null while it is not revoked, 1970 for everything.
             */
            revoked_from: string | null;
            /** Reason */
            reason: string;
            /**
             * Successor
             * @description The id of the key that this one says comes after it; that one is trusted too.
             */
            successor: string | null;
        };
        /**
         * PublisherKeyBody
         * @description A key to trust.
         */
        PublisherKeyBody: {
            /**
             * Key
             * @description The public key: `ed25519:` and 43 characters.
             * @example ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE
             */
            key: string;
            /**
             * Name
             * @description What it is called; its first digits when left out.
             * @default
             * @example Acme
             */
            name?: string;
            /**
             * Plugins
             * @description Names or patterns of the plugins that it may sign for: `*` is any, `acme-*` those whose names begin so.
             * @default [
             *       "*"
             *     ]
             */
            plugins?: string[];
        };
        /**
         * PublisherKeyList
         * @description Publishers' keys, oldest first.
         */
        PublisherKeyList: {
            /** Data */
            data: components["schemas"]["PublisherKey"][];
            /** Successions */
            successions: components["schemas"]["Succession"][];
        };
        /**
         * Purged
         * @description A purge that was made.
         */
        Purged: {
            /**
             * Dropped
             * @description Answers that the worker had in memory that made it; others drop theirs too.
             */
            dropped: number;
        };
        /**
         * ReasoningPart
         * @description What a model thought before it answered.
         */
        ReasoningPart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "reasoning";
            /** Text */
            text: string;
        };
        /**
         * Refresh
         * @description Where to fetch a newer catalogue from.
         */
        Refresh: {
            /**
             * From
             * @description An https URL; LiteLLM's public map when left out.
             */
            from?: string | null;
            /**
             * Dry Run
             * @description Only tell what would change.
             * @default false
             */
            dry_run?: boolean;
            /**
             * Expect
             * @description `digest` of a dry run: the catalogue is taken only if it is still the same (409 otherwise).
             */
            expect?: string | null;
        };
        /**
         * Refreshed
         * @description What a newer catalogue changes.
         */
        Refreshed: {
            /**
             * Taken
             * @description Whether it holds now; false for a dry run, and where nothing changes.
             */
            taken: boolean;
            /**
             * Digest
             * @description What the fetched catalogue is known by.
             */
            digest: string;
            /** @description Of the catalogue that holds now. */
            origin: components["schemas"]["Origin"];
            /**
             * Added
             * @description Entries that are new.
             */
            added: string[];
            /**
             * Removed
             * @description Entries that are gone.
             */
            removed: string[];
            /** Changed */
            changed: components["schemas"]["Change"][];
        };
        /**
         * Reload
         * @description What a reload did.
         */
        Reload: {
            /**
             * Changed
             * @description Sections that changed and are in force.
             */
            changed: string[];
            /**
             * Needs Restart
             * @description Sections that changed and wait for a restart.
             */
            needs_restart: string[];
            /**
             * Notes
             * @description What was passed over, in sentences.
             */
            notes: string[];
        };
        /**
         * RetrySettings
         * @description Attempts of a call. Every deployment of a model is tried before one is tried again, after a pause that was drawn at random.
         */
        RetrySettings: {
            /**
             * Attempts
             * @description How often each deployment is tried.
             * @default 2
             */
            attempts?: number;
            /**
             * Backoff
             * @description Longest pause in seconds before the second try; it doubles with each further one.
             * @default 0.25
             */
            backoff?: number;
            /**
             * Longest Pause
             * @description Longest pause in seconds; a provider that says to wait longer is not waited for.
             * @default 8
             */
            longest_pause?: number;
        };
        /**
         * Review
         * @description How what a plugin offers stands to what was accepted of it.
         */
        Review: {
            /**
             * State
             * @enum {string}
             */
            state: "same" | "new" | "changed";
            /** Differences */
            differences: string[];
            /**
             * Digest
             * @description What accepting it names.
             */
            digest: string;
            /**
             * Changes
             * @description The same, definition by definition, before and after.
             */
            changes: components["schemas"]["DefinitionChange"][];
        };
        /**
         * Revocation
         * @description From when on a key is not to be trusted, and why.
         */
        Revocation: {
            /**
             * From
             * @description Only what it signed from then on is not trusted any more; everything when left out, as for a key that was stolen.
             */
            from?: string | null;
            /**
             * Reason
             * @description Why; it is shown to whoever meets the key.
             * @default
             */
            reason?: string;
            /**
             * Key
             * @description The public key, for one that nobody added here.
             */
            key?: string | null;
        };
        /**
         * Route
         * @description The way a call went.
         */
        Route: {
            /** Steps */
            steps: components["schemas"]["Step"][];
            /**
             * Attempts
             * @description In the order in which they began.
             */
            attempts: components["schemas"]["Attempt"][];
        };
        /**
         * RoutedCall
         * @description One call and the way it went.
         */
        RoutedCall: {
            /**
             * Id
             * @description The request id, as in x-request-id.
             */
            id: string;
            /**
             * At
             * Format: date-time
             * @description When it began.
             */
            at: string;
            /** Key Id */
            key_id: string;
            /**
             * Key Name
             * @description The key's name; null when it is not known any more.
             */
            key_name: string | null;
            /** Endpoint */
            endpoint: string;
            /**
             * Model
             * @description The name the client used; empty when it was none.
             */
            model: string;
            /** Provider */
            provider: string;
            /**
             * Deployment
             * @description The model at the provider.
             */
            deployment: string;
            /** Streamed */
            streamed: boolean;
            /**
             * Outcome
             * @description `ok`, `failed` (no answer), `cut` (the provider broke off), `abandoned` (the client left) or `refused` (the gateway said no).
             * @enum {string}
             */
            outcome: "ok" | "failed" | "cut" | "abandoned" | "refused";
            /** Status */
            status: number;
            /**
             * Error
             * @description The code of the error; empty when there was none.
             */
            error: string;
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /**
             * Cached Tokens
             * @description Of the prompt's: read from the provider's cache.
             */
            cached_tokens: number;
            /**
             * Cache Write Tokens
             * @description Of the prompt's: written to the provider's cache, where that is billed.
             */
            cache_write_tokens: number;
            /**
             * Reasoning Tokens
             * @description Of the completion's.
             */
            reasoning_tokens: number;
            /**
             * Estimated
             * @description Whether the gateway counted the tokens, because the provider did not.
             */
            estimated: boolean;
            /**
             * Cost
             * @description US dollars, exact; null where the price is not known.
             * @example 0.0031
             */
            cost: string | null;
            /** Latency Ms */
            latency_ms: number;
            /** First Token Ms */
            first_token_ms: number | null;
            /** Attempts */
            attempts: number;
            /**
             * Trace
             * @description The traceparent the client sent.
             */
            trace: string;
            /**
             * Team
             * @description The team of the key; empty for none.
             */
            team: string;
            /**
             * User
             * @description The user of the key; empty for none.
             */
            user: string;
            /**
             * Cache
             * @description What the cache did; empty where it was not asked.
             * @enum {string}
             */
            cache: "" | "miss" | "hit" | "shared" | "semantic" | "stale" | "bypass";
            /**
             * Message
             * @description The error in words; empty when there was none.
             */
            message: string;
            /**
             * Saved
             * @description US dollars that an answer from the cache would have cost; null where that is not known.
             * @example 0.0031
             */
            saved: string | null;
            route: components["schemas"]["Route"];
            /**
             * Hint
             * @description What to do about its error; empty where its code alone does not tell.
             */
            hint: string;
            /**
             * Fallbacks
             * @description To how many models it fell back; where it stayed with one, at how many other deployments it went on.
             */
            fallbacks: number;
        };
        /**
         * SaidPart
         * @description What was said between the model and its tools, as Chat Completions has it; it takes the place of the answer in the next call.
         */
        SaidPart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "said";
            /** Messages */
            messages: {
                [key: string]: unknown;
            }[];
        };
        /**
         * SamplingBody
         * @description Models that may be asked, and for how much.
         */
        SamplingBody: {
            /**
             * Models
             * @description Patterns of models' names.
             * @example [
             *       "fast"
             *     ]
             */
            models: string[];
            /**
             * Usd
             * @description US dollars in a period.
             */
            usd: number;
            /**
             * Per
             * @default month
             * @enum {string}
             */
            per?: "day" | "week" | "month";
        };
        /**
         * Secret
         * @description A stored secret, by its name alone.
         */
        Secret: {
            /** Name */
            name: string;
            /**
             * Reference
             * @description What settings write to use it.
             * @example secret:openai
             */
            reference: string;
            /**
             * Used By
             * @description The providers that refer to it.
             */
            used_by: string[];
        };
        /**
         * SecretBody
         * @description A secret to keep.
         */
        SecretBody: {
            /**
             * Value
             * @description The secret: one line of text.
             */
            value: string;
        };
        /**
         * SecretList
         * @description Secrets, by name.
         */
        SecretList: {
            /** Data */
            data: components["schemas"]["Secret"][];
        };
        /**
         * Session
         * @description A session of the console.
         */
        Session: {
            /**
             * Id
             * @example ses_2x6yq0m5c3b8t1r9w7ha
             */
            id: string;
            /**
             * Signed In By
             * @description How it began: with a one-time link, a key, or at the OpenID Connect server.
             * @enum {string}
             */
            signed_in_by: "link" | "key" | "oidc";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             * @description When it ends unless it is used before; at the latest some days after it began.
             */
            expires_at: string;
            /**
             * Ip
             * @description The address it began from.
             */
            ip: string;
            /**
             * Agent
             * @description What the browser said it is.
             */
            agent: string;
            /**
             * Current
             * @description Whether it is the one that asks.
             */
            current: boolean;
        };
        /**
         * SessionList
         * @description One's own sessions, newest first.
         */
        SessionList: {
            /** Data */
            data: components["schemas"]["Session"][];
        };
        /**
         * Setting
         * @description A setting. The value of a sensitive one is never shown.
         */
        Setting: {
            /** Name */
            name: string;
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Required */
            required: boolean;
            /** Sensitive */
            sensitive: boolean;
            /** Multiple */
            multiple: boolean;
            /**
             * Default
             * @description What holds while nothing is set.
             * @default null
             */
            default?: string | number | boolean | string[] | null;
            /**
             * Min
             * @description The smallest number that it takes.
             * @default null
             */
            min?: number | null;
            /**
             * Max
             * @description The largest number that it takes.
             * @default null
             */
            max?: number | null;
            /**
             * Set
             * @description Whether it has a value.
             */
            set: boolean;
            /**
             * Value
             * @default null
             */
            value?: string | number | boolean | string[] | null;
        };
        /**
         * SignInWays
         * @description The ways to sign in.
         */
        SignInWays: {
            /**
             * Key
             * @description Whether a key will do.
             */
            key: boolean;
            /** @description The OpenID Connect server; null where there is none. */
            oidc: components["schemas"]["OidcWay"] | null;
        };
        /**
         * SomebodysSession
         * @description A session of the console, and whose it is.
         */
        SomebodysSession: {
            /**
             * Id
             * @example ses_2x6yq0m5c3b8t1r9w7ha
             */
            id: string;
            /**
             * Signed In By
             * @description How it began: with a one-time link, a key, or at the OpenID Connect server.
             * @enum {string}
             */
            signed_in_by: "link" | "key" | "oidc";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             * @description When it ends unless it is used before; at the latest some days after it began.
             */
            expires_at: string;
            /**
             * Ip
             * @description The address it began from.
             */
            ip: string;
            /**
             * Agent
             * @description What the browser said it is.
             */
            agent: string;
            /**
             * Current
             * @description Whether it is the one that asks.
             */
            current: boolean;
            /**
             * User
             * @description Who is signed in; empty for a key or link that names nobody.
             */
            user: string;
            /**
             * Key Id
             * @description The key that it opens, whose limits hold for it.
             */
            key_id: string;
            /** Key Name */
            key_name: string;
            /**
             * Role
             * @description What it may do now; null for one that only calls.
             */
            role: ("viewer" | "developer" | "admin" | "owner") | null;
        };
        /**
         * Standing
         * @description How somebody stands with their limits.
         */
        Standing: {
            /**
             * Of
             * @enum {string}
             */
            of: "key" | "user" | "team" | "model";
            /** Name */
            name: string;
            /**
             * Id
             * @description A key's id; else the name.
             */
            id: string;
            /**
             * Limits
             * @description The name of the limits.
             */
            limits: string;
            /** Uses */
            uses: components["schemas"]["Use"][];
        };
        /**
         * StandingList
         * @description Everybody whose limits were asked for and who has any.
         */
        StandingList: {
            /** Data */
            data: components["schemas"]["Standing"][];
        };
        /**
         * StateStatus
         * @description How the state is doing that gateways share.
         */
        StateStatus: {
            /**
             * Shared
             * @description Whether other processes share it.
             */
            shared: boolean;
            /**
             * State
             * @enum {string}
             */
            state: "ok" | "degraded";
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             * @description When it entered this state.
             */
            since: string;
            /**
             * On Loss
             * @enum {string}
             */
            on_loss: "local" | "refuse";
            /**
             * Members
             * @description Gateways that share it, this one included.
             */
            members: number;
        };
        /**
         * Status
         * @description The gateway at this moment.
         */
        Status: {
            /** Version */
            version: string;
            /**
             * Url
             * @description Where it listens; empty when it serves nothing.
             */
            url: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Uptime Seconds */
            uptime_seconds: number;
            /** Calls In Flight */
            calls_in_flight: number;
            /**
             * Memory Bytes
             * @description Memory that the workers hold together (resident sets).
             */
            memory_bytes: number;
            /**
             * Keys
             * @description Keys that are active.
             */
            keys: number;
            /**
             * Models
             * @description Aliases, the embedded ones included.
             */
            models: number;
            /** Providers */
            providers: number;
            /**
             * Log Level
             * @enum {string}
             */
            log_level: "debug" | "info" | "warning" | "error";
            store: components["schemas"]["StoreStatus"];
            state: components["schemas"]["StateStatus"];
            /** Embedded */
            embedded: components["schemas"]["EmbeddedStatus"][];
            /** Workers */
            workers: components["schemas"]["WorkerStatus"][];
        };
        /**
         * Step
         * @description What one stage said of a call.
         */
        Step: {
            /**
             * Stage
             * @example key
             */
            stage: string;
            /**
             * At Ms
             * @description Milliseconds from the call's start.
             */
            at_ms: number;
            /**
             * Told
             * @example "ci" (team search) allowed
             */
            told: string;
        };
        /**
         * StoreStatus
         * @description How the store is doing.
         */
        StoreStatus: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "sqlite" | "postgresql";
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "unavailable";
            /** Reason */
            reason: string;
            /**
             * Durability
             * @enum {string}
             */
            durability: "batched" | "strict";
            /**
             * Usage Pending
             * @description Usage records waiting in memory to be written.
             */
            usage_pending: number;
            /**
             * Usage Lost
             * @description Usage records given up since the start.
             */
            usage_lost: number;
            /**
             * Usage Spooled
             * @description Usage records on disk that wait for the database.
             */
            usage_spooled: number;
            /**
             * Usage Spool Bytes
             * @description Bytes they take there.
             */
            usage_spool_bytes: number;
            /**
             * Usage State
             * @enum {string}
             */
            usage_state: "ok" | "spooling" | "degraded";
        };
        /**
         * Succession
         * @description Which key came after which, as the older one signed it.
         */
        Succession: {
            /** Key Id */
            key_id: string;
            /** Successor Id */
            successor_id: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Envelope
             * @description The signed statement, in a DSSE envelope.
             */
            envelope: {
                [key: string]: unknown;
            };
        };
        /**
         * Summary
         * @description Usage summed up.
         */
        Summary: {
            /** Since */
            since: string | null;
            /** Until */
            until: string | null;
            total: components["schemas"]["Sums"];
            /**
             * Data
             * @description Most calls first; by day or hour, oldest first.
             */
            data: components["schemas"]["Group"][];
        };
        /**
         * Sums
         * @description Sums over calls.
         */
        Sums: {
            /** Calls */
            calls: number;
            /**
             * Errors
             * @description Calls that failed or were cut.
             */
            errors: number;
            /** Refused */
            refused: number;
            /** Abandoned */
            abandoned: number;
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /** Cached Tokens */
            cached_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /**
             * Cost
             * @description US dollars, exact, over the calls whose price is known.
             */
            cost: string;
            /**
             * Unpriced
             * @description Calls whose price is not known.
             */
            unpriced: number;
            /** Latency P50 Ms */
            latency_p50_ms: number | null;
            /** Latency P95 Ms */
            latency_p95_ms: number | null;
            /** First Token P50 Ms */
            first_token_p50_ms: number | null;
            /** Tokens Per Second */
            tokens_per_second: number | null;
        };
        /**
         * Support
         * @description One thing that a provider can be asked for.
         */
        Support: {
            /**
             * What
             * @description A form of chat (`chat`, `responses`, `messages`, `gemini`, `ollama`) or an endpoint below `/v1`.
             * @example chat
             * @example embeddings
             */
            what: string;
            /**
             * How
             * @description `passed`: bytes go as they are; `translated`; `own`: LiteLLM calls it with its own HTTP client.
             * @enum {string}
             */
            how: "passed" | "translated" | "own";
        };
        /**
         * TestError
         * @description Why a test did not succeed.
         */
        TestError: {
            /** Code */
            code: string;
            /** Message */
            message: string;
            /** Hint */
            hint: string;
        };
        /**
         * TestResult
         * @description What a short real call came to. It is recorded like every other call.
         */
        TestResult: {
            /** Ok */
            ok: boolean;
            /**
             * Request Id
             * @description The call's id: GET /api/usage/{id}.
             */
            request_id: string;
            /** Model */
            model: string;
            /**
             * Latency Ms
             * @description Milliseconds from start to end.
             */
            latency_ms: number;
            /**
             * First Token Ms
             * @description Milliseconds to the first token.
             */
            first_token_ms: number | null;
            /**
             * Tokens Per Second
             * @description Completion tokens over the time after the first of them.
             */
            tokens_per_second: number | null;
            /**
             * Answer
             * @description What the model said; for an embedding, how many dimensions it has.
             */
            answer: string | null;
            error: components["schemas"]["TestError"] | null;
        };
        /**
         * TextPart
         * @description Text, in Markdown where a model wrote it.
         */
        TextPart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "text";
            /** Text */
            text: string;
        };
        /**
         * Theme
         * @description A theme, and what is wrong with its file.
         */
        Theme: {
            /** Name */
            name: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /**
             * Source
             * @enum {string}
             */
            source: "shipped" | "file";
            /** File */
            file: string;
            /** Parent */
            parent: string | null;
            /**
             * Schemes
             * @description Both: it follows the system.
             */
            schemes: ("light" | "dark")[];
            /** Level */
            level: ("AA" | "AAA") | null;
            /**
             * Href
             * @description Its style sheet; none where no file of it was ever right.
             */
            href: string | null;
            /**
             * Pairs
             * @description How many pairs were measured.
             */
            pairs: number;
            /** @description The pair that is nearest to what it needs. */
            worst: components["schemas"]["ThemePair"] | null;
            /**
             * Swatches
             * @description A few of its colours, by scheme and token.
             */
            swatches: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /**
             * Problems
             * @description Mistakes of the file as it is now; what it was before goes on.
             */
            problems: components["schemas"]["ThemeProblem"][];
        };
        /**
         * ThemeList
         * @description All themes.
         */
        ThemeList: {
            /**
             * Chosen
             * @description The theme of those who chose none, as [console] says.
             */
            chosen: string;
            /** Data */
            data: components["schemas"]["Theme"][];
        };
        /**
         * ThemePair
         * @description Two tokens that are seen together.
         */
        ThemePair: {
            /**
             * Foreground
             * @description The token in front.
             */
            foreground: string;
            /**
             * Background
             * @description The token behind it.
             */
            background: string;
            /**
             * Use
             * @description What is in front: text, or something else that has to be seen.
             * @enum {string}
             */
            use: "text" | "ui";
            /**
             * Scheme
             * @enum {string}
             */
            scheme: "light" | "dark";
            /**
             * Contrast
             * @description more: as those see it who prefer more contrast.
             * @enum {string}
             */
            contrast: "standard" | "more";
            /**
             * Foreground Colour
             * @description As it is seen, #rrggbb.
             */
            foreground_colour: string;
            /** Background Colour */
            background_colour: string;
            /**
             * Ratio
             * @description Contrast ratio by WCAG 2.2, from 1 to 21.
             */
            ratio: number;
            /**
             * Need
             * @description What it has to be.
             */
            need: number;
            /**
             * Binding
             * @description Whether a theme is refused that has less.
             */
            binding: boolean;
            /** Passes */
            passes: boolean;
            /**
             * Lc
             * @description APCA's lightness contrast, which is advice.
             */
            lc: number;
        };
        /**
         * ThemeProblem
         * @description One mistake in a theme file.
         */
        ThemeProblem: {
            /**
             * File
             * @description The file: those of the data folder begin with themes/.
             */
            file: string;
            /**
             * Line
             * @description The line, from 1.
             */
            line: number | null;
            /**
             * Path
             * @description The token or setting.
             */
            path: string;
            /**
             * Message
             * @description What is wrong.
             */
            message: string;
            /**
             * Suggestion
             * @description What to do.
             */
            suggestion: string;
        };
        /**
         * ThemeReport
         * @description A theme with its report card.
         */
        ThemeReport: {
            /** Name */
            name: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /**
             * Source
             * @enum {string}
             */
            source: "shipped" | "file";
            /** File */
            file: string;
            /** Parent */
            parent: string | null;
            /**
             * Schemes
             * @description Both: it follows the system.
             */
            schemes: ("light" | "dark")[];
            /** Level */
            level: ("AA" | "AAA") | null;
            /**
             * Href
             * @description Its style sheet; none where no file of it was ever right.
             */
            href: string | null;
            /**
             * Pairs
             * @description How many pairs were measured.
             */
            pairs: number;
            /** @description The pair that is nearest to what it needs. */
            worst: components["schemas"]["ThemePair"] | null;
            /**
             * Swatches
             * @description A few of its colours, by scheme and token.
             */
            swatches: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /**
             * Problems
             * @description Mistakes of the file as it is now; what it was before goes on.
             */
            problems: components["schemas"]["ThemeProblem"][];
            /**
             * Card
             * @description Every pair, in every scheme and contrast.
             */
            card: components["schemas"]["ThemePair"][];
            /**
             * Properties
             * @description Custom properties and their values, by scheme.
             */
            properties: {
                [key: string]: {
                    [key: string]: string;
                };
            };
        };
        /**
         * Timeouts
         * @description The four limits on waiting for a provider, in seconds.
         */
        Timeouts: {
            /**
             * Connect
             * @description Seconds to connect, TLS included.
             * @default 5
             */
            connect?: number;
            /**
             * First Byte
             * @description Seconds from the request sent to the first byte of the answer.
             * @default 60
             */
            first_byte?: number;
            /**
             * Between Bytes
             * @description Seconds between two parts of the answer.
             * @default 30
             */
            between_bytes?: number;
            /**
             * Total
             * @description Seconds for the whole call.
             * @default 600
             */
            total?: number;
        };
        /**
         * Timings
         * @description How long the answer took, as the client saw it.
         */
        Timings: {
            /** First Token Ms */
            first_token_ms?: number | null;
            /** Total Ms */
            total_ms?: number | null;
        };
        /**
         * Tokens
         * @description The tokens of one attempt.
         */
        Tokens: {
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /** Cached Tokens */
            cached_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Estimated */
            estimated: boolean;
        };
        /**
         * Tool
         * @description A tool as it is offered.
         */
        Tool: {
            /** Name */
            name: string;
            /**
             * Called
             * @description Its name at /mcp, among those of other plugins.
             */
            called: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /**
             * Destructive
             * @description Whether it may destroy something, by what it says of itself.
             */
            destructive: boolean;
        };
        /**
         * ToolCallBody
         * @description What a tool is called with.
         */
        ToolCallBody: {
            /**
             * Arguments
             * @description Its arguments, by name.
             * @default {}
             */
            arguments?: {
                [key: string]: unknown;
            };
        };
        /**
         * ToolCallSum
         * @description The calls of a plugin, or of one of its tools.
         */
        ToolCallSum: {
            /** Plugin */
            plugin: string;
            /**
             * Tool
             * @description Empty where all tools are one line.
             */
            tool: string;
            /** Calls */
            calls: number;
            /**
             * Errors
             * @description Those that failed, and those whose tool said that it failed.
             */
            errors: number;
            /**
             * Refused
             * @description Those the gateway said no to.
             */
            refused: number;
            /**
             * Ms
             * @description How long one took on average, in milliseconds.
             */
            ms: number;
            /**
             * Last
             * Format: date-time
             * @description When the newest began.
             */
            last: string;
        };
        /**
         * ToolCallSummary
         * @description Sums, those with most calls first.
         */
        ToolCallSummary: {
            /** Data */
            data: components["schemas"]["ToolCallSum"][];
        };
        /**
         * ToolDefinition
         * @description One tool, and what it takes.
         */
        ToolDefinition: {
            /** Name */
            name: string;
            /**
             * Called
             * @description Its name at /mcp, among those of other plugins.
             */
            called: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /**
             * Destructive
             * @description Whether it may destroy something, by what it says of itself.
             */
            destructive: boolean;
            /**
             * Input Schema
             * @description The JSON Schema of its arguments; null where it has none that can be read.
             */
            input_schema: {
                [key: string]: unknown;
            } | null;
            /**
             * Output Schema
             * @description The JSON Schema of its structured result, if it has one.
             */
            output_schema: {
                [key: string]: unknown;
            } | null;
            /**
             * Definition
             * @description The whole definition as it was accepted, JSON in a string.
             */
            definition: string;
        };
        /**
         * ToolList
         * @description Tools of a plugin.
         */
        ToolList: {
            /** Data */
            data: components["schemas"]["Tool"][];
        };
        /**
         * ToolPart
         * @description A call of a tool.
         */
        ToolPart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "tool";
            /** Id */
            id: string;
            /**
             * Name
             * @description `plugin__tool`.
             */
            name: string;
            /**
             * Arguments
             * @description JSON in a string, as the model gave it.
             * @default
             */
            arguments?: string;
            /**
             * Result
             * @default
             */
            result?: string;
            /**
             * Status
             * @description `completed`, `failed`, `declined` or `waiting`.
             * @default
             */
            status?: string;
            /** Ms */
            ms?: number | null;
            /**
             * Approval
             * @description The id of the approval that it waited for.
             * @default
             */
            approval?: string;
        };
        /**
         * Use
         * @description How much of one limit is used. Amounts are decimal numbers in text.
         */
        Use: {
            /**
             * What
             * @description Money or tokens of a period, calls or tokens of a minute, calls at once.
             * @enum {string}
             */
            what: "usd" | "tokens" | "rpm" | "tpm" | "concurrency";
            /**
             * Period
             * @description The day, week or month that a budget is for.
             * @example 2026-11
             */
            period: string | null;
            /**
             * Limit
             * @example 50
             */
            limit: string;
            /**
             * Used
             * @description What calls used, and what those under way may use at most.
             * @example 12.5
             */
            used: string;
            /**
             * Remaining
             * @example 37.5
             */
            remaining: string;
            /**
             * Resets At
             * @description When all of it is free again; null where it is now, or when calls end.
             */
            resets_at: string | null;
        };
        /**
         * UseBody
         * @description The version to use.
         */
        UseBody: {
            /**
             * Version
             * @description One that is on the disk; the one that was in use before, when left out.
             * @default
             */
            version?: string;
        };
        /**
         * User
         * @description A user.
         */
        User: {
            /**
             * Name
             * @description `*` stands for all without an entry.
             * @example search
             */
            name: string;
            /**
             * Source
             * @description Where it is defined: the configuration file or the store (this API). `keys`: keys name it, and nobody defines it.
             * @enum {string}
             */
            source: "file" | "store" | "keys";
            /**
             * Limits
             * @description Its limits, those of `*` where it has no entry of its own; null for none.
             */
            limits: string | null;
            /**
             * Keys
             * @description How many active keys it has.
             */
            keys: number;
            /**
             * Role
             * @description What they may do in the console.
             * @enum {string}
             */
            role: "viewer" | "developer" | "admin" | "owner";
            /**
             * Team
             * @description The team whose limits hold for what they call from the console; empty for none.
             */
            team: string;
            /**
             * Disabled
             * @description Whether they may not sign in, and none of their keys opens anything.
             */
            disabled: boolean;
            /**
             * Sign In
             * @description Whether they signed in at the OpenID Connect server.
             */
            sign_in: boolean;
        };
        /**
         * UserBody
         * @description A user to define. What is left out stays as it is.
         */
        UserBody: {
            /**
             * Limits
             * @description Limits that hold for all its keys together.
             */
            limits?: string | null;
            /**
             * Role
             * @description What they may do in the console. Only an owner changes it, or an owner.
             */
            role?: ("viewer" | "developer" | "admin" | "owner") | null;
            /**
             * Team
             * @description The team whose limits hold for what they call from the console; empty for none.
             */
            team?: string | null;
            /**
             * Disabled
             * @description Ends their sessions, and lets none of their keys in.
             */
            disabled?: boolean | null;
        };
        /**
         * UserList
         * @description Users by name.
         */
        UserList: {
            /** Data */
            data: components["schemas"]["User"][];
        };
        /**
         * Version
         * @description A version of a plugin that is on the disk.
         */
        Version: {
            /** Version */
            version: string;
            /**
             * Digest
             * @description The sha256 of its content, in hex; empty for what runs elsewhere.
             */
            digest: string;
            /**
             * Publisher
             * @description The id of the key that signed it; empty for nobody.
             */
            publisher: string;
            /** Source */
            source: string;
            /**
             * Installed At
             * Format: date-time
             */
            installed_at: string;
            /**
             * Current
             * @description Whether it is the one in use.
             */
            current: boolean;
            /**
             * Previous
             * @description Whether it is the one that was in use before.
             */
            previous: boolean;
        };
        /**
         * VersionList
         * @description Versions, newest first.
         */
        VersionList: {
            /** Data */
            data: components["schemas"]["Version"][];
        };
        /**
         * WorkerStatus
         * @description One worker process of the host that answers.
         */
        WorkerStatus: {
            /**
             * Number
             * @description From 1; a worker that was replaced has the same.
             */
            number: number;
            /**
             * Pid
             * @description Process id; 0 while there is no process.
             */
            pid: number;
            /**
             * State
             * @description starting, ready, restarting, draining, or silent when it does not answer.
             */
            state: string;
            /** Reason */
            reason: string;
            /**
             * Restarts
             * @description How often it was replaced.
             */
            restarts: number;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Calls In Flight */
            calls_in_flight: number;
            /** Memory Bytes */
            memory_bytes: number;
        };
        /**
         * Limits
         * @description Limits by their name. Each key, team, user and model that names them has them for itself.
         */
        switchgear__edge__admin__schemas__limits__Limits: {
            /**
             * Name
             * @example small
             */
            name: string;
            /**
             * Source
             * @description Where it is defined: the configuration file or the store (this API).
             * @enum {string}
             */
            source: "file" | "store";
            settings: components["schemas"]["LimitSettings"];
            /**
             * Used By
             * @description Who has them.
             * @example [
             *       "team search",
             *       "key ci",
             *       "model fast"
             *     ]
             */
            used_by: string[];
        };
        /**
         * Limits
         * @description What it gets at most: memory and disk in MiB, cores, calls, seconds and bytes of a call.
         */
        switchgear__edge__admin__schemas__plugins__Limits: {
            /** Memory Mb */
            memory_mb: number;
            /** Processes */
            processes: number;
            /** Cpus */
            cpus: number;
            /** Disk Mb */
            disk_mb: number;
            /** Calls Per Minute */
            calls_per_minute: number;
            /** Concurrency */
            concurrency: number;
            /** Seconds */
            seconds: number;
            /** Response Bytes */
            response_bytes: number;
        };
        /**
         * FieldError
         * @description One field at fault.
         */
        FieldError: {
            /**
             * Field
             * @description Where it is, such as deployments[1].provider; empty for the body as a whole.
             */
            field: string;
            /**
             * Message
             * @description What is wrong with it.
             */
            message: string;
            /**
             * Code
             * @description The kind of mistake.
             * @default null
             */
            code?: string | null;
            /**
             * File
             * @description For mistakes in the configuration: the file.
             * @default null
             */
            file?: string | null;
            /**
             * Line
             * @description For mistakes in the configuration: the line, from 1.
             * @default null
             */
            line?: number | null;
        };
        /**
         * InstallEnd
         * @description The last line.
         */
        InstallEnd: {
            /** Ok */
            ok: boolean;
            /** @default null */
            plugin?: components["schemas"]["Plugin"] | null;
            /** @default null */
            error?: components["schemas"]["TestError"] | null;
        };
        /**
         * InstallProgress
         * @description A line of progress.
         */
        InstallProgress: {
            /** Told */
            told: string;
            /**
             * Detail
             * @description Whether it is an installer's line.
             * @default false
             */
            detail?: boolean;
        };
        /**
         * Limits
         * @description What it gets at most: memory and disk in MiB, cores, calls, seconds and bytes of a call.
         */
        Limits: {
            /** Memory Mb */
            memory_mb: number;
            /** Processes */
            processes: number;
            /** Cpus */
            cpus: number;
            /** Disk Mb */
            disk_mb: number;
            /** Calls Per Minute */
            calls_per_minute: number;
            /** Concurrency */
            concurrency: number;
            /** Seconds */
            seconds: number;
            /** Response Bytes */
            response_bytes: number;
        };
        /**
         * PluginFrame
         * @description A frame between the gateway and a plugin.
         */
        PluginFrame: {
            /**
             * At
             * @description Seconds since 1970.
             */
            at: number;
            /** Plugin */
            plugin: string;
            /**
             * Direction
             * @description Towards the plugin, or from it.
             * @enum {string}
             */
            direction: "sent" | "received";
            /**
             * Kind
             * @enum {string}
             */
            kind: "request" | "answer" | "error" | "notification" | "noise";
            /**
             * Method
             * @description Of an answer, that of its request.
             */
            method: string;
            /**
             * Id
             * @description As JSON; empty where there is none.
             */
            id: string;
            /**
             * Ms
             * @description How long an answer took, where that is known.
             */
            ms: number | null;
            /** Bytes */
            bytes: number;
            /**
             * Frame
             * @description What is in it, without secrets; cut at 64 KiB.
             */
            frame: string;
        };
        /**
         * Problem
         * @description What went wrong, as problem details (RFC 9457).
         */
        Problem: {
            /**
             * Type
             * @description Where this kind of problem is explained.
             */
            type: string;
            /**
             * Title
             * @description The kind of problem in words.
             */
            title: string;
            /**
             * Status
             * @description The HTTP status.
             */
            status: number;
            /**
             * Detail
             * @description What went wrong this time.
             */
            detail: string;
            /**
             * Code
             * @description The kind of problem for programs; it stays the same between versions.
             */
            code: string;
            /**
             * Hint
             * @description What to do about it.
             */
            hint: string;
            /**
             * Request Id
             * @description The id under which the log has the details.
             */
            request_id: string;
            /**
             * Errors
             * @description The fields at fault, when there are any.
             * @default null
             */
            errors?: components["schemas"]["FieldError"][] | null;
        };
        /**
         * PullEnd
         * @description The last line.
         */
        PullEnd: {
            /** Ok */
            ok: boolean;
            /** @default null */
            error?: components["schemas"]["TestError"] | null;
        };
        /**
         * PullProgress
         * @description A line of progress.
         */
        PullProgress: {
            /**
             * Done
             * @description Bytes so far.
             */
            done: number;
            /**
             * Total
             * @description Bytes in all.
             */
            total: number;
        };
        /**
         * ToolCallEnd
         * @description The last line.
         */
        ToolCallEnd: {
            /**
             * Ok
             * @description Whether there is a result; `isError` in it says whether the tool itself failed.
             */
            ok: boolean;
            /**
             * Call Id
             * @description Under which /api/tool-calls has it.
             */
            call_id: string;
            /** Ms */
            ms: number;
            /**
             * Result
             * @description The CallToolResult of MCP, as the plugin gave it.
             * @default null
             */
            result?: {
                [key: string]: unknown;
            } | null;
            /** @default null */
            error?: components["schemas"]["TestError"] | null;
        };
        /**
         * ToolCallProgress
         * @description A line of progress. Empty lines say that nothing happened meanwhile.
         */
        ToolCallProgress: {
            /** Progress */
            progress: number;
            /**
             * Total
             * @default null
             */
            total?: number | null;
            /**
             * Message
             * @default
             */
            message?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_my_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_my_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is kept: any JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_preference: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What it is kept under, such as appearance or layout.overview. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is kept: any JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_preference: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What it is kept under, such as appearance or layout.overview. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_preference: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What it is kept under, such as appearance or layout.overview. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInWays"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in_with_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeySignIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MySession"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many attempts failed; retry-after says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in_with_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkSignIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MySession"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many attempts failed; retry-after says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_sign_in_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkCreated"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description Only this user's. */
                user?: string | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EverybodysSessions"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_keys: {
        parameters: {
            query?: {
                /** @description Only these. */
                state?: ("active" | "expired" | "revoked") | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyCreated"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["KeyRotate"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyCreated"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_limits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_standing: {
        parameters: {
            query?: {
                /** @description The id of a key: its limits, and those of its user and team. */
                key?: string | null;
                /** @description The name of a team. */
                team?: string | null;
                /** @description The name of a user. */
                user?: string | null;
                /** @description The name of a model. */
                model?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StandingList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_limits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The limits' name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["switchgear__edge__admin__schemas__limits__Limits"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_limits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The limits' name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitSettings"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["switchgear__edge__admin__schemas__limits__Limits"];
                };
            };
            /** @description The limits are new. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["switchgear__edge__admin__schemas__limits__Limits"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_limits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The limits' name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_teams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnerList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_team: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name; `*` is all without an entry. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Owner"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_team: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name; `*` is all without an entry. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnerBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Owner"];
                };
            };
            /** @description The team is new. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Owner"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_team: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name; `*` is all without an entry. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name; `*` is all without an entry. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name; `*` is all without an entry. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The user is new. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name; `*` is all without an entry. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's name; `provider/model` too. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestResult"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pull_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's name; `provider/model` too. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines of progress; the last one says whether the model is whole. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["PullProgress"] | components["schemas"]["PullEnd"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's name; `provider/model` too. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alias. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasSettings"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description The alias is new. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alias. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_catalogue: {
        parameters: {
            query?: {
                /** @description Only of this provider. */
                provider?: string | null;
                /** @description Only of this mode: `chat` … */
                mode?: string | null;
                /** @description Only names that contain it. */
                search?: string | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_catalogue: {
        parameters: {
            query?: {
                /** @description Only tell what would change. */
                dry_run?: boolean;
                /** @description What to say of where it came from. */
                source?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: Record<string, never>;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refreshed"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_catalogue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Origin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_entry: {
        parameters: {
            query?: {
                /** @description Only of this provider. */
                provider?: string | null;
            };
            header?: never;
            path: {
                /** @description A name of the catalogue, or `provider/model`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh_catalogue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refreshed"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_provider_kinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKinds"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenAIBody"] | components["schemas"]["AnthropicBody"] | components["schemas"]["GeminiBody"] | components["schemas"]["AzureBody"] | components["schemas"]["OllamaBody"] | components["schemas"]["LiteLLMBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description The provider is new. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    try_provider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenAIBody"] | components["schemas"]["AnthropicBody"] | components["schemas"]["GeminiBody"] | components["schemas"]["AzureBody"] | components["schemas"]["OllamaBody"] | components["schemas"]["LiteLLMBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderTest"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderTest"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health_history: {
        parameters: {
            query?: {
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path: {
                /** @description The deployment's id: `provider/model`. */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthHistory"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_health: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The deployment's id: `provider/model`. */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentHealth"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_cache: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheStatus"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    purge_cache: {
        parameters: {
            query?: {
                /** @description Only those of this model. */
                model?: string | null;
                /** @description Only those of this tenant: `team:NAME`, or `key:ID` of a key without a team. */
                tenant?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Purged"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecretBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description The secret is new. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_usage: {
        parameters: {
            query?: {
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
                /** @description Only calls of which the cache says so. */
                cache?: ("" | "miss" | "hit" | "shared" | "semantic" | "stale" | "bypass") | null;
                /** @description Only calls that ended so; may be given several times. */
                outcome?: ("ok" | "failed" | "cut" | "abandoned" | "refused")[] | null;
                /** @description Only calls that ended with this error's code. */
                error?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                since?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                until?: string | null;
                /** @description Only calls of this key: its id or name. */
                key?: string | null;
                /** @description Only calls with it. */
                team?: string | null;
                /** @description Only calls with it. */
                user?: string | null;
                /** @description Only calls with it. */
                model?: string | null;
                /** @description Only calls with it. */
                provider?: string | null;
                /** @description Only calls with it. */
                deployment?: string | null;
                /** @description Only calls with it. */
                endpoint?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sum_usage: {
        parameters: {
            query?: {
                /** @description What to group by; may be given several times. Without it there is only total. */
                group_by?: ("model" | "provider" | "deployment" | "key" | "team" | "user" | "endpoint" | "outcome" | "cache" | "day" | "hour")[] | null;
                /** @description Only calls of which the cache says so. */
                cache?: ("" | "miss" | "hit" | "shared" | "semantic" | "stale" | "bypass") | null;
                /** @description Only calls that ended so; may be given several times. */
                outcome?: ("ok" | "failed" | "cut" | "abandoned" | "refused")[] | null;
                /** @description Only calls that ended with this error's code. */
                error?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                since?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                until?: string | null;
                /** @description Only calls of this key: its id or name. */
                key?: string | null;
                /** @description Only calls with it. */
                team?: string | null;
                /** @description Only calls with it. */
                user?: string | null;
                /** @description Only calls with it. */
                model?: string | null;
                /** @description Only calls with it. */
                provider?: string | null;
                /** @description Only calls with it. */
                deployment?: string | null;
                /** @description Only calls with it. */
                endpoint?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_usage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call's id. */
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutedCall"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    analyse_usage: {
        parameters: {
            query?: {
                /** @description What to group by; may be given several times. */
                group_by?: ("model" | "key" | "team" | "provider" | "deployment")[] | null;
                /** @description What to show over time; may be given several times. */
                measure?: ("count" | "ok" | "errors" | "failed" | "cut" | "abandoned" | "refused" | "lost" | "skipped" | "attempts" | "fallbacks" | "cache_hits" | "cache_misses" | "prompt_tokens" | "completion_tokens" | "cached_tokens" | "cache_write_tokens" | "reasoning_tokens" | "cost" | "unpriced" | "saved" | "latency_p50_ms" | "latency_p90_ms" | "latency_p95_ms" | "latency_p99_ms" | "first_token_p50_ms" | "first_token_p90_ms" | "first_token_p95_ms" | "first_token_p99_ms" | "tokens_per_second")[] | null;
                /** @description At most so many groups. */
                limit?: number;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                since?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                until?: string | null;
                /** @description The length of the periods; one that suits the span when left out. */
                granularity?: ("minute" | "hour" | "day") | null;
                /** @description Only calls with it. */
                model?: string | null;
                /** @description Only calls with it. */
                provider?: string | null;
                /** @description Only calls with it. */
                deployment?: string | null;
                /** @description Only calls with it. */
                key?: string | null;
                /** @description Only calls with it. */
                team?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Analytics"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_errors: {
        parameters: {
            query?: {
                /** @description What comes first. */
                sort?: "count" | "last_seen";
                /** @description At most so many groups. */
                limit?: number;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                since?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                until?: string | null;
                /** @description The length of the periods; one that suits the span when left out. */
                granularity?: ("minute" | "hour" | "day") | null;
                /** @description Only calls with it. */
                code?: string | null;
                /** @description Only calls with it. */
                provider?: string | null;
                /** @description Only calls with it. */
                deployment?: string | null;
                /** @description Only calls with it. */
                endpoint?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_error: {
        parameters: {
            query?: {
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                since?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                until?: string | null;
                /** @description The length of the periods; one that suits the span when left out. */
                granularity?: ("minute" | "hour" | "day") | null;
            };
            header?: never;
            path: {
                /** @description The group's fingerprint, or its first eight characters. */
                fingerprint: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorDetail"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_batches: {
        parameters: {
            query?: {
                /** @description Only those; may be given several times. */
                status?: ("validating" | "failed" | "in_progress" | "finalizing" | "completed" | "expired" | "cancelling" | "cancelled")[] | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The batch's id. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The batch's id. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_conversations: {
        parameters: {
            query?: {
                /** @description Words that the title or one message has, each from its beginning. */
                search?: string;
                /** @description Only those that are pinned, or are not. */
                pinned?: boolean | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConversationBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConversationChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_conversation: {
        parameters: {
            query?: {
                /** @description `json` or `markdown`. */
                form?: "json" | "markdown";
            };
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As JSON every branch with all that is known; as Markdown what is shown, to be read. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exported"];
                    "text/markdown": string;
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description The branch that ends in this message. */
                end?: string | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
                /** @description The message's id. */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
                /** @description The message's id. */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_image: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImageBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptImage"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_image: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
                /** @description The image's id. */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The image. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/*": string;
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_image: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id. */
                conversation_id: string;
                /** @description The image's id. */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_publisher_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublisherKeyList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_publisher_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PublisherKeyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublisherKey"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_publisher_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_publisher_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Revocation"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublisherKey"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_plugin_login: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Login"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_plugin_login: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginWish"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginBegun"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_plugin_login: {
        parameters: {
            query?: {
                /** @description Whether the client that the gateway is there is forgotten too. */
                client?: boolean;
            };
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedOut"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finish_plugin_login: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginAnswer"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Login"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_approvals: {
        parameters: {
            query?: {
                /** @description Only those in this state. */
                state?: ("pending" | "approved" | "denied" | "expired" | "used") | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_approval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The approval's id. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The approval's id. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApproveBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deny_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The approval's id. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DenyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_plugins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discover_plugins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    propose_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProposalBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    propose_bundle: {
        parameters: {
            query?: {
                /** @description Where it comes from, as it is shown. */
                source?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    propose_openapi: {
        parameters: {
            query?: {
                /** @description Where it was, for servers that it names by path. */
                url?: string;
                /** @description What to call it. */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the proposal. */
                proposal_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drop_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the proposal. */
                proposal_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    install_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the proposal. */
                proposal_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InstallBody"];
            };
        };
        responses: {
            /** @description Lines of progress; the last one says how it ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["InstallProgress"] | components["schemas"]["InstallEnd"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_plugin: {
        parameters: {
            query?: {
                /** @description Whether what it kept is removed too. */
                data?: boolean;
            };
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_plugin_tools: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_plugin_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enable_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DisableBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restart_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clear_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    use_plugin_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UseBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    configure_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigureBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    grant_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    review_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accept_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugin"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A provider failed. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    call_plugin_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
                /** @description The tool's own name. */
                tool_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolCallBody"];
            };
        };
        responses: {
            /** @description Lines of progress; the last one is the result, or why there is none. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ToolCallProgress"] | components["schemas"]["ToolCallEnd"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_plugin_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
                /** @description The tool's own name. */
                tool_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolDefinition"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_plugin_log: {
        parameters: {
            query?: {
                /** @description The last so many. */
                lines?: number;
            };
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginLog"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    follow_plugin_log: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines as they come; empty ones say that nothing did. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["PluginLogEntry"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watch_plugin_frames: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plugin's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Frames as they pass; empty lines say that none did. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["PluginFrame"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
                /** @description Only changes of this id or name. */
                target?: string | null;
                /** @description Only what this key did, by id or name. */
                actor?: string | null;
                /** @description Only such: `key.create`, or `key.` for all of keys. */
                action?: string | null;
                /** @description Only from this moment on. */
                since?: string | null;
                /** @description Only before this moment. */
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_config: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reload_config: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reload"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_log: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Log"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_log: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Log"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_themes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThemeList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_theme: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The theme's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThemeReport"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listen_to_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events: theme.changed (name, title, href), theme.invalid (name, problems). Comments say that nothing happened. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_config_values: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigValues"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tool_calls: {
        parameters: {
            query?: {
                /** @description Only calls of this key: its id or name. */
                key?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                since?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                until?: string | null;
                /** @description At most so many. */
                limit?: number;
                /** @description `next` of the list before. */
                before?: string | null;
                /** @description Only calls with it. */
                plugin?: string | null;
                /** @description Only calls with it. */
                tool?: string | null;
                /** @description Only calls with it. */
                team?: string | null;
                /** @description Only calls with it. */
                user?: string | null;
                /** @description Only calls with it. */
                parent?: string | null;
                /** @description Only calls that ended so; may be given several times. */
                outcome?: ("ok" | "failed" | "abandoned" | "refused")[] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginCallList"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sum_tool_calls: {
        parameters: {
            query?: {
                /** @description A line for each of them. */
                group_by?: "plugin" | "tool";
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                since?: string | null;
                /** @description ISO 8601, milliseconds since 1970, or an age: `1h`. */
                until?: string | null;
                /** @description Only calls with it. */
                plugin?: string | null;
                /** @description Only calls with it. */
                tool?: string | null;
                /** @description Only calls with it. */
                team?: string | null;
                /** @description Only calls with it. */
                user?: string | null;
                /** @description Only calls with it. */
                parent?: string | null;
                /** @description Only calls that ended so; may be given several times. */
                outcome?: ("ok" | "failed" | "abandoned" | "refused")[] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolCallSummary"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_tool_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call's id. */
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginCall"];
                };
            };
            /** @description The request is not as documented; errors names the fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or one that opens nothing. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not have the scope, or a page of another origin asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing of that name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The path does not answer this method. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A defect in the gateway; the log has it under the request id. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The gateway cannot do this now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
