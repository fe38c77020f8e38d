"""Tools as servers in the wild describe them, and what people ask for: which of the tools is meant.

The questions were written without looking at how the search works; most use other words than the description does.
"""

from __future__ import annotations

from typing import Final

TOOLS: Final = """\
github create_issue(owner repo title body labels): Create a new issue in a GitHub repository
github list_issues(owner repo state labels): List issues in a GitHub repository with filtering options
github update_issue(owner repo issue_number state): Update an existing issue in a GitHub repository
github add_issue_comment(owner repo issue_number body): Add a comment to an existing issue
github create_pull_request(owner repo head base title): Create a new pull request in a GitHub repository
github merge_pull_request(owner repo pull_number merge_method): Merge a pull request
github list_pull_requests(owner repo state): List and filter repository pull requests
github get_pull_request_files(owner repo pull_number): Get the list of files changed in a pull request
github create_pull_request_review(owner repo pull_number event body): Create a review on a pull request
github search_code(q per_page): Search for code across GitHub repositories
github search_repositories(query page): Search for GitHub repositories
github fork_repository(owner repo organization): Fork a GitHub repository to your account or specified organization
github create_branch(owner repo branch from_branch): Create a new branch in a GitHub repository
github list_commits(owner repo sha): Get list of commits of a branch in a GitHub repository
github get_file_contents(owner repo path branch): Get the contents of a file or directory from a GitHub repository
github push_files(owner repo branch files message): Push multiple files to a GitHub repository in a single commit
github list_workflow_runs(owner repo workflow_id): List runs of an Actions workflow and their conclusion
github rerun_workflow(owner repo run_id): Re-run a failed Actions workflow run
filesystem read_text_file(path head tail): Read the complete contents of a file from the file system as text
filesystem read_media_file(path): Read an image or audio file and return it base64 encoded
filesystem write_file(path content): Create a new file or completely overwrite an existing file with new content
filesystem edit_file(path edits dryRun): Make line-based edits to a text file and return a git-style diff
filesystem create_directory(path): Create a new directory or ensure that a directory exists
filesystem list_directory(path): Get a detailed listing of all files and directories in a specified path
filesystem directory_tree(path excludePatterns): Get a recursive tree view of files and directories as JSON
filesystem move_file(source destination): Move or rename files and directories
filesystem search_files(path pattern): Recursively search for files and directories matching a pattern
filesystem get_file_info(path): Retrieve detailed metadata about a file: size, creation time, permissions
filesystem delete_file(path): Remove a file permanently
git git_status(repo_path): Shows the working tree status
git git_diff_unstaged(repo_path context_lines): Shows changes in the working directory that are not yet staged
git git_commit(repo_path message): Records changes to the repository
git git_add(repo_path files): Adds file contents to the staging area
git git_reset(repo_path): Unstages all staged changes
git git_log(repo_path max_count): Shows the commit logs
git git_checkout(repo_path branch_name): Switches branches
git git_blame(repo_path file): Shows who last changed each line of a file
git git_stash(repo_path): Puts local modifications aside for later
slack slack_post_message(channel_id text): Post a new message to a Slack channel
slack slack_reply_to_thread(channel_id thread_ts text): Reply to a specific message thread in Slack
slack slack_add_reaction(channel_id timestamp reaction): Add a reaction emoji to a message
slack slack_get_channel_history(channel_id limit): Get recent messages from a channel
slack slack_list_channels(cursor limit): List public channels in the workspace
slack slack_get_users(cursor): Get a list of all users in the workspace with their profile information
slack slack_get_user_profile(user_id): Get detailed profile information for a specific user
slack slack_create_channel(name is_private): Create a channel in the workspace
slack slack_set_status(text emoji expiration): Set the status shown beside your own name
gmail send_email(to subject body attachments): Sends a new email
gmail draft_email(to subject body): Drafts an email without sending it
gmail read_email(messageId): Retrieves the content of a specific email
gmail search_emails(query maxResults): Searches for emails using Gmail search syntax
gmail delete_email(messageId): Permanently deletes an email
gmail modify_email(messageId addLabelIds removeLabelIds): Modifies email labels, moves to folders
gmail create_label(name): Creates a new Gmail label
gmail create_filter(criteria action): Creates a rule that is applied to incoming mail
gmail download_attachment(messageId attachmentId): Downloads an attachment of an email
gmail set_vacation_responder(message start end): Turns on an automatic reply for a period of absence
calendar list_events(calendarId timeMin timeMax): List calendar events within a time range
calendar create_event(summary start end attendees): Create a new calendar event
calendar update_event(eventId start end): Update an existing calendar event
calendar delete_event(eventId): Delete a calendar event
calendar get_freebusy(calendars timeMin timeMax): Query free/busy information for calendars
calendar list_calendars(): List all available calendars
calendar respond_to_event(eventId response): Accept or decline an invitation
calendar find_meeting_time(attendees duration): Suggest slots at which all attendees are available
drive search_drive(query): Search for documents in Google Drive
drive upload_document(name mimeType content): Upload a document to Drive
drive share_document(fileId email role): Grant another person access to a document
drive export_pdf(fileId): Export a document as PDF
drive create_folder(name parent): Create a folder in Drive
drive list_revisions(fileId): List earlier versions of a document
drive restore_revision(fileId revisionId): Bring back an earlier version of a document
sheets read_range(spreadsheetId range): Read cell values of a spreadsheet
sheets write_range(spreadsheetId range values): Write cell values into a spreadsheet
sheets append_rows(spreadsheetId rows): Append rows to the end of a sheet
sheets add_chart(spreadsheetId type range): Draw a chart from a range of cells
sheets create_spreadsheet(title): Create an empty spreadsheet
sheets sort_range(spreadsheetId range column): Sort rows by a column
notion create_page(parent properties children): Create a page in Notion
notion query_database(database_id filter sorts): Query a Notion database
notion append_block(block_id children): Append blocks to a page
notion search_pages(query): Search pages by title
notion archive_page(page_id): Move a page to the trash
notion add_page_comment(page_id text): Leave a remark on a page
jira create_ticket(project summary issuetype): Create a Jira ticket
jira transition_ticket(key transition): Move a ticket to another status
jira assign_ticket(key assignee): Assign a ticket to a person
jira search_tickets(jql): Search tickets with JQL
jira log_work(key timeSpent): Record time spent on a ticket
jira list_sprints(board): List sprints of a board
jira link_tickets(inward outward type): Link two tickets, such as blocks or duplicates
jira get_board_velocity(board): How many story points a team completed in recent sprints
linear create_linear_issue(team title description): Create a Linear issue
linear list_my_issues(state): List issues that are assigned to me
linear update_linear_priority(id priority): Change how urgent an issue is
linear list_cycles(team): List cycles of a team
postgres query(sql): Run a read-only SQL query
postgres execute(sql): Run a SQL statement that changes data
postgres list_tables(schema): List tables in a schema
postgres describe_table(table): Columns, types and constraints of a table
postgres explain_query(sql): Show the execution plan of a query
postgres list_slow_queries(min_ms): Statements that took longest, from pg_stat_statements
postgres get_locks(): Which sessions block others
postgres create_index(table columns): Add an index to a table
sqlite read_query(query): Execute a SELECT query on the SQLite database
sqlite write_query(query): Execute an INSERT, UPDATE, or DELETE query
sqlite create_table(query): Create a new table in the SQLite database
sqlite append_insight(insight): Add a business insight to the memo
mongodb find_documents(collection filter): Find documents in a collection
mongodb insert_documents(collection documents): Insert documents into a collection
mongodb aggregate(collection pipeline): Run an aggregation pipeline
mongodb drop_collection(collection): Drop a collection
redis get_key(key): Get the string value stored at a key
redis set_key(key value ttl): Set a key with an optional expiry
redis scan_keys(pattern): Iterate over keys that match a pattern
redis flush(): Remove all keys
elasticsearch search_index(index query): Search documents in an index
elasticsearch list_indices(): List all indices with health and size
elasticsearch get_mappings(index): Get field mappings of an index
elasticsearch reindex(source dest): Copy documents from one index to another
bigquery run_bigquery(sql dry_run): Run a query on the data warehouse
bigquery estimate_bytes(sql): How many bytes a query would process, and what it would cost
bigquery list_datasets(project): List datasets of a project
kubernetes list_pods(namespace labelSelector): List pods in a namespace
kubernetes get_pod_logs(pod namespace tail): Get logs from a pod
kubernetes delete_pod(pod namespace): Delete a pod
kubernetes scale_deployment(name namespace replicas): Set the number of replicas of a deployment
kubernetes apply_manifest(yaml): Apply a YAML manifest to the cluster
kubernetes rollout_restart(name): Restart the pods of a deployment one after another
kubernetes rollout_undo(name revision): Go back to the previous revision of a deployment
kubernetes describe_node(name): Capacity, conditions and taints of a node
kubernetes port_forward(pod ports): Forward local ports to a pod
kubernetes get_events(namespace): Recent warnings and events of a namespace
docker list_containers(all): List Docker containers
docker run_container(image ports env): Run an image in a new container
docker stop_container(id): Stop a running container
docker container_logs(id tail): Fetch what a container wrote to its output
docker build_image(context tag): Build an image from a Dockerfile
docker prune_images(): Remove images that nothing uses to free disk space
docker pull_image(image): Pull an image from a registry
aws list_s3_buckets(): List S3 buckets
aws get_s3_object(bucket key): Read an object from S3
aws put_s3_object(bucket key body): Write an object to S3
aws list_ec2_instances(region state): List EC2 instances
aws start_ec2_instance(instance_id): Start a virtual machine that is stopped
aws invoke_lambda(function payload): Invoke a Lambda function
aws get_cost_and_usage(start end granularity): Spending by service and period
aws tail_cloudwatch_logs(group): Follow a log group
aws create_iam_user(name): Create an IAM user
aws rotate_access_key(user): Replace the access key of a user
cloudflare list_zones(): List zones of the account
cloudflare create_dns_record(zone type name content): Create a DNS record
cloudflare purge_cdn_cache(zone urls): Remove cached copies of pages from the edge
cloudflare create_firewall_rule(zone expression action): Block or challenge requests that match an expression
cloudflare list_certificates(zone): TLS certificates and the days they expire
terraform plan(folder): Show what would change in the infrastructure
terraform apply(folder): Make the planned changes to the infrastructure
terraform show_state(folder): List resources that Terraform manages
grafana search_dashboards(query): Search for dashboards
grafana query_prometheus(expr start end): Query metrics with a PromQL expression
grafana list_alert_rules(): List alert rules and whether they fire
grafana create_annotation(text time): Mark a moment on dashboards
grafana silence_alert(matchers duration): Mute notifications of an alert for a time
pagerduty list_incidents(status): List incidents
pagerduty acknowledge_incident(id): Take responsibility for an incident
pagerduty resolve_incident(id): Close an incident
pagerduty who_is_on_call(schedule): Who is on call now and next
pagerduty trigger_incident(title service): Page whoever is on call
sentry list_errors(project query): List unresolved errors of a project
sentry get_stacktrace(issue_id): Stack trace and breadcrumbs of an error
sentry resolve_error(issue_id): Mark an error as resolved
sentry find_releases(project): List releases and their crash-free rate
stripe create_customer(email name): Create a customer
stripe create_payment_link(price quantity): Create a link at which a customer can pay
stripe create_refund(payment_intent amount): Give money back to a customer
stripe list_invoices(customer status): List invoices
stripe finalize_invoice(invoice): Finalize a draft invoice
stripe cancel_subscription(subscription): Cancel a subscription
stripe retrieve_balance(): Retrieve the balance of the account
stripe list_disputes(): List chargebacks
stripe create_coupon(percent_off duration): Create a discount code
shopify list_orders(status): List orders of the shop
shopify update_inventory(sku quantity): Set how many of an article are in stock
shopify create_product(title price): Add an article to the shop
shopify fulfill_order(order tracking): Mark an order as shipped with its tracking number
shopify list_abandoned_checkouts(): Carts that customers left without paying
hubspot create_contact(email name company): Create a contact in the CRM
hubspot search_contacts(query): Search contacts in the CRM
hubspot create_deal(name amount stage): Create a deal
hubspot update_deal_stage(deal stage): Move a deal to another stage of the pipeline
hubspot log_call(contact notes): Record a phone call with a contact
salesforce soql_query(query): Query records with SOQL
salesforce create_lead(name company): Create a lead
salesforce convert_lead(lead): Turn a lead into an account and an opportunity
zendesk list_support_tickets(status): List support requests of customers
zendesk reply_support_ticket(id text): Answer a customer's support request
zendesk escalate_ticket(id): Hand a support request to the next level
zendesk get_satisfaction_ratings(): How customers rated the help they got
twilio send_sms(to body): Send a text message to a phone number
twilio make_call(to twiml): Place a phone call
twilio lookup_number(number): Carrier and type of a phone number
whatsapp send_whatsapp(to text): Send a WhatsApp message
whatsapp list_chats(): List chats
telegram send_telegram(chat_id text): Send a Telegram message
telegram send_photo(chat_id photo): Send a picture to a chat
discord send_discord_message(channel content): Send a message to a Discord channel
discord ban_member(guild user reason): Ban a member from the server
discord create_role(guild name): Create a role
twitter post_tweet(text media): Post a tweet
twitter search_tweets(query): Search for recent tweets
linkedin share_post(text visibility): Publish a post on LinkedIn
youtube search_videos(query): Search for videos
youtube get_transcript(videoId language): Get the transcript of a video
youtube upload_video(file title): Upload a video
spotify play_track(uri): Start playback of a track
spotify search_music(query type): Search for tracks, albums and artists
spotify create_playlist(name tracks): Create a playlist
spotify pause_playback(): Pause what is playing
spotify skip_track(): Go to the next track
maps geocode(address): Convert an address into coordinates
maps reverse_geocode(lat lon): Convert coordinates into an address
maps directions(origin destination mode): Get directions between two points
maps distance_matrix(origins destinations): Travel distance and time between several points
maps search_places(query location radius): Search for places such as restaurants near a point
maps elevation(locations): Height above sea level
weather get_forecast(latitude longitude days): Weather forecast for a location
weather get_current_weather(city): Current temperature, wind and humidity
weather get_alerts(state): Severe weather warnings
weather get_air_quality(city): Air quality index and pollutants
time get_current_time(timezone): Get current time in a specific timezone
time convert_time(source_timezone time target_timezone): Convert time between timezones
fetch fetch(url max_length raw): Fetches a URL from the internet and extracts its contents as markdown
brave brave_web_search(query count): Performs a web search using the Brave Search API
brave brave_local_search(query): Searches for local businesses
wikipedia search_wikipedia(query): Search articles of the encyclopedia
wikipedia get_article_summary(title): Summary of an article of the encyclopedia
arxiv search_papers(query category): Search scientific papers
arxiv download_paper(id): Download a paper as PDF
pubmed search_pubmed(query): Search biomedical literature
playwright browser_navigate(url): Navigate to a URL
playwright browser_click(element ref): Perform a click on a web page
playwright browser_type(element text): Type text into an editable element
playwright browser_take_screenshot(fullPage): Take a screenshot of the current page
playwright browser_snapshot(): Capture the accessibility tree of the current page
playwright browser_fill_form(fields): Fill several form fields
playwright browser_close(): Close the page
memory create_entities(entities): Create new entities in the knowledge graph
memory create_relations(relations): Create relations between entities in the knowledge graph
memory add_observations(observations): Add new observations to existing entities
memory delete_entities(entityNames): Delete entities and their relations from the knowledge graph
memory read_graph(): Read the entire knowledge graph
memory search_nodes(query): Search for nodes in the knowledge graph
memory open_nodes(names): Open specific nodes in the knowledge graph by their names
thinking sequentialthinking(thought nextThoughtNeeded): Dynamic and reflective problem-solving through a sequence of thoughts
openai generate_image(prompt size): Make a picture from a description
openai transcribe_audio(file language): Turn speech into text
openai text_to_speech(text voice): Read a text aloud
deepl translate_text(text target_lang): Translate text into another language
deepl translate_document(file target_lang): Translate a whole document
pdf extract_pdf_text(path pages): Extract text of a PDF
pdf merge_pdfs(paths): Join several PDF files into one
pdf split_pdf(path ranges): Cut a PDF into several
pdf fill_pdf_form(path fields): Fill the fields of a form in a PDF
image resize_image(path width height): Change the dimensions of a picture
image remove_background(path): Cut the subject out of a picture
image ocr_image(path): Recognise text in a picture
image convert_image(path format): Convert a picture to another format
excel read_workbook(path sheet): Read an Excel workbook
excel write_cells(path sheet cells): Write cells of an Excel workbook
excel create_pivot(path rows columns values): Create a pivot table
word create_docx(title content): Create a Word document
powerpoint add_slide(file layout): Add a slide to a presentation
figma get_design(fileKey nodeId): Layout and styles of a design
figma export_assets(fileKey nodes): Export icons and images of a design
trello create_card(list name): Create a card on a board
trello move_card(card list): Move a card to another list
trello list_boards(): List boards
asana create_task(project name due): Create a task
asana complete_task(task): Mark a task as done
todoist add_todo(content due): Add a to-do
todoist list_today(): What is due today
airtable list_records(base table): List records of a base
airtable create_record(base table fields): Create a record
confluence get_wiki_page(id): Read a wiki page
confluence create_wiki_page(space title body): Write a new wiki page
confluence search_wiki(cql): Search the company wiki
zoom create_zoom_meeting(topic start): Schedule a video conference
zoom list_recordings(): List recordings of past conferences
zoom get_meeting_participants(id): Who attended a conference
docusign send_for_signature(file signers): Ask people to sign a document
docusign get_envelope_status(id): Whether everybody has signed
quickbooks create_bill(vendor amount): Enter a bill of a supplier
quickbooks profit_and_loss(start end): Income and expenses of a period
quickbooks list_unpaid(): Which customers owe money
bank list_transactions(account since): Movements of a bank account
bank transfer_money(from to amount): Send money to another account
bank get_account_balance(account): How much money is in an account
stocks get_quote(symbol): Latest price of a share
stocks get_price_history(symbol period): Daily prices of a share
stocks get_company_financials(symbol): Balance sheet and earnings of a company
crypto get_coin_price(coin currency): Price of a cryptocurrency
fx convert_currency(amount from to): Convert an amount from one currency to another
flights search_flights(origin destination date): Search for flights
flights get_flight_status(number): Whether a flight is on time
hotels search_hotels(city checkin checkout): Search for places to stay
hotels book_room(hotel dates guest): Reserve a room
uber request_ride(pickup dropoff): Order a car
uber estimate_fare(pickup dropoff): What a ride would cost
doordash order_food(restaurant items): Order a meal to be delivered
recipes search_recipes(ingredients diet): Search for dishes to cook
fitness log_workout(type duration): Record exercise
fitness get_steps(date): How far somebody walked on a day
homeassistant turn_on(entity): Switch a device on
homeassistant turn_off(entity): Switch a device off
homeassistant set_temperature(entity temperature): Set the target of a thermostat
homeassistant get_state(entity): State of a device or sensor
homeassistant lock_door(entity): Lock a door
"""
"""One a line: plugin, name, parameters, description."""

QUESTIONS: Final = """\
file a bug on github = github create_issue
what changed in this PR = github get_pull_request_files
accept and merge the pull request = github merge_pull_request
retry the CI job that failed = github rerun_workflow
look for a function name in other people's repos = github search_code
save text to disk = filesystem write_file
what's inside this folder = filesystem list_directory
rename a file = filesystem move_file
how big is this file = filesystem get_file_info
who wrote this line of code = git git_blame
save my work as a commit = git git_commit
switch to another branch = git git_checkout
tell the team channel that the release is out = slack slack_post_message
answer in the thread = slack slack_reply_to_thread
which channels are there = slack slack_list_channels
write an e-mail to Bob and send it = gmail send_email
find the mail from my landlord = gmail search_emails
out of office reply = gmail set_vacation_responder
save the attachment of that mail = gmail download_attachment
set up a meeting tomorrow at 10 with Ann = calendar create_event
when are all of us free = calendar find_meeting_time, calendar get_freebusy
decline the invitation = calendar respond_to_event
give Carol access to the document = drive share_document
go back to yesterday's version of the document = drive restore_revision
add a row to my spreadsheet = sheets append_rows
put time on a ticket = jira log_work
change the status of a ticket to done = jira transition_ticket
run SQL to count users = postgres query, sqlite read_query, bigquery run_bigquery
why is this query slow = postgres explain_query, postgres list_slow_queries
what columns does the table have = postgres describe_table
see the logs of a crashing pod = kubernetes get_pod_logs
run more replicas = kubernetes scale_deployment
roll back the deployment = kubernetes rollout_undo
free disk space taken by old docker images = docker prune_images
how much did we spend on AWS last month = aws get_cost_and_usage
boot a virtual machine = aws start_ec2_instance
add an A record for www = cloudflare create_dns_record
clear the CDN cache = cloudflare purge_cdn_cache
preview infrastructure changes = terraform plan
mute that alarm for an hour = grafana silence_alert
who do I call tonight if prod breaks = pagerduty who_is_on_call
stack trace of the crash = sentry get_stacktrace
refund the customer = stripe create_refund
how many are left in stock = shopify update_inventory
text my mom that I'll be late = twilio send_sms
transcript of a youtube video = youtube get_transcript
play some music = spotify play_track
how do I get from Berlin to Hamburg by train = maps directions
restaurants nearby = maps search_places
will it rain tomorrow = weather get_forecast
what time is it in Tokyo = time get_current_time
read this web page = fetch fetch
search the internet = brave brave_web_search
scientific articles about transformers = arxiv search_papers
take a picture of the web page = playwright browser_take_screenshot
remember that Ann likes tea = memory add_observations, memory create_entities
translate this into German = deepl translate_text
combine two PDFs = pdf merge_pdfs
read the text in this photo = image ocr_image
how many euros are 100 dollars = fx convert_currency
is my flight delayed = flights get_flight_status
get me a taxi to the airport = uber request_ride
switch off the lamp in the kitchen = homeassistant turn_off
share price of Apple = stocks get_quote
"""
"""One a line: a question, and the tools that answer it."""
