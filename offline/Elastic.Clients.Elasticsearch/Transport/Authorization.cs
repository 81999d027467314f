using System.Text;

namespace Elastic.Transport;

public abstract class AuthorizationHeader
{
    protected AuthorizationHeader()
    {
    }

    public abstract string AuthScheme { get; }

    public abstract bool TryGetAuthorizationParameters(out string value);
}

public class ApiKey(string apiKey) : AuthorizationHeader
{
    public override string AuthScheme => "ApiKey";

    public override bool TryGetAuthorizationParameters(out string value)
    {
        value = apiKey;
        return true;
    }
}

public sealed class BasicAuthentication(string username, string password) : AuthorizationHeader
{
    public override string AuthScheme => "Basic";

    public override bool TryGetAuthorizationParameters(out string value)
    {
        value = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));
        return true;
    }
}
