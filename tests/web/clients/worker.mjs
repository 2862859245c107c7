// Camunda's own client for external tasks, unchanged, at work on one case.
// Prints one line of JSON: what it read, and what each of its calls ended with.
import { BasicAuthInterceptor, Client, Variables } from "camunda-external-task-client-js";

const [baseUrl, username, password] = process.argv.slice(2);
const client = new Client({
  baseUrl,
  workerId: "stock-js",
  maxTasks: 5,
  interval: 20,
  lockDuration: 20000,
  asyncResponseTimeout: 2000,
  sorting: [{ sortBy: Client.SortBy.CreateTime, sortOrder: Client.SortOrder.ASC }],
  interceptors: new BasicAuthInterceptor({ username, password }),
});

const told = { errors: [], visits: {} };
// The last task can be fetched before the second answer to the one before has come.
let answeredTwice;
const twice = new Promise((resolve) => (answeredTwice = resolve));
const visit = (topic) => (told.visits[topic] = (told.visits[topic] ?? 0) + 1);
client.on("poll:error", (error) => told.errors.push(`poll: ${error.message}`));
client.on("handler:error", (error) => told.errors.push(`handler: ${error.message}`));

client.subscribe("greet", async ({ task, taskService }) => {
  visit("greet");
  const all = task.variables.getAllTyped();
  told.types = Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.type]));
  told.since = task.variables.get("since").toISOString();
  told.list = task.variables.get("list");
  told.key = task.businessKey;
  const variables = new Variables()
    .set("text", "回音")
    .set("number", 7)
    .set("large", 3000000000)
    .set("half", 0.5)
    .set("yes", true)
    .set("when", new Date("2026-01-31T00:30:00.000Z"))
    .set("record", { a: [1, "b"] })
    .set("empty", null)
    .setTyped("serial", { type: "long", value: 6, valueInfo: {} })
    .setTransient("passing", "not to be kept");
  const local = new Variables().set("aside", 1);
  await taskService.complete(task, variables, local);
});

client.subscribe("flaky", async ({ task, taskService }) => {
  if (visit("flaky") === 1) {
    await taskService.handleFailure(task, {
      errorMessage: "not yet",
      errorDetails: "the first try never works",
      retries: 1,
      retryTimeout: 10,
    });
    return;
  }
  told.flaky = { retries: task.retries, errorMessage: task.errorMessage };
  await taskService.complete(task);
});

client.subscribe("slow", { lockDuration: 5000 }, async ({ task, taskService }) => {
  if (visit("slow") === 1) {
    await taskService.unlock(task);
    return;
  }
  await taskService.lock(task, 15000);
  await taskService.extendLock(task, 30000);
  await taskService.complete(task, new Variables().set("extended", true));
  await taskService.complete(task).catch((error) => {
    told.twice = { status: error.httpStatusCode, type: error.type, message: error.engineMsg };
  });
  answeredTwice();
});

client.subscribe("broken", async ({ task, taskService }) => {
  visit("broken");
  await twice;
  const variables = new Variables().set("left", 0);
  await taskService.handleBpmnError(task, "no_stock", "sold out", variables);
  client.stop();
  console.log(JSON.stringify(told));
  process.exit(0);
});

setTimeout(() => {
  console.log(JSON.stringify(told));
  process.exit(1);
}, 90000);
