package namescore

import "strings"

// Impossible reports whether top can't be a top-level domain: those are letters
// only (RFC 1123, section 2.1) or an encoded international name. What is asked
// for under it, such as the data of a tunnel without a domain, is nobody's.
func Impossible(top string) bool {
	if strings.HasPrefix(top, "xn--") {
		return false
	}
	for i := range len(top) {
		if top[i] < 'a' || top[i] > 'z' {
			return true
		}
	}
	return top == ""
}

// registered reports whether label.suffix is a name that someone chose and
// paid for: only there an algorithm and its owner can meet. Labels in private
// zones are made by search lists and service discovery, labels under a hosting
// platform by the platform, often from random letters.
func registered(label, suffix string) bool {
	if label == "" || suffix == "" {
		return false
	}
	last := strings.LastIndexByte(suffix, '.')
	if top := suffix[last+1:]; private(top) || Impossible(top) {
		return false
	}
	return last < 0 || !platform(suffix[strings.LastIndexByte(suffix[:last], '.')+1:])
}

// private reports whether top is a top-level label that is reserved (RFC 6761,
// 6762, 7686, 8375, 9476; .internal by ICANN 2024), will not be delegated
// because of private use (home, corp, mail), or is often seen in search lists.
func private(top string) bool {
	switch top {
	case "arpa", "internal", "local", "localhost", "localdomain", "test", "invalid", "example", "onion", "alt",
		"home", "corp", "mail", "lan", "intranet", "intern", "private", "workgroup", "domain", "cluster":
		return true
	}
	return false
}

// platform reports whether the last two labels of a public suffix are those of
// a hosting platform that makes names up. Dynamic DNS and pages under an account's
// name are not among them: the customer chooses those, malware included.
func platform(domain string) bool {
	switch domain {
	case "amazonaws.com", "cloudfront.net", "awsapprunner.com", "elasticbeanstalk.com", "amplifyapp.com", "on.aws", "api.aws",
		"azureedge.net", "azurefd.net", "azurewebsites.net", "azurestaticapps.net", "azure.com", "cloudapp.net", "windows.net",
		"trafficmanager.net", "appspot.com", "googleusercontent.com", "googleapis.com", "run.app", "web.app", "firebaseapp.com",
		"cloudfunctions.net", "fastly.net", "fastlylb.net", "akamaized.net", "edgekey.net", "edgesuite.net", "cdn77.org",
		"b-cdn.net", "cloudflare.net", "pages.dev", "workers.dev", "trycloudflare.com", "r2.dev", "vercel.app", "netlify.app",
		"herokuapp.com", "onrender.com", "fly.dev", "ondigitalocean.app", "digitaloceanspaces.com",
		"githubusercontent.com", "ngrok.io", "ngrok.app", "ngrok-free.app", "replit.dev", "repl.co",
		"wixsite.com", "myshopify.com", "supabase.co", "mongodb.net":
		return true
	}
	return false
}
