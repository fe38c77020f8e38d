// An OpenID Connect server for the tests: oidc-provider, with one client and no pages. Whoever comes is signed in as the user
// that the query's login_hint names. Prints its issuer when it listens, and ends with its standard input.
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const users = JSON.parse(process.env.USERS);
const [client] = JSON.parse(process.env.CLIENTS);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    scopes: ["openid", "email", "profile", "groups"],
    conformIdTokenClaims: process.env.IN_USERINFO === "1",
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...users[sub] }) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (params.login_hint === "nobody") {
      return provider.interactionFinished(request, response, { error: "access_denied" });
    }
    if (prompt.name === "login") {
      const login = { accountId: params.login_hint ?? Object.keys(users)[0] };
      return provider.interactionFinished(request, response, { login });
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  });
  console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit(0));
